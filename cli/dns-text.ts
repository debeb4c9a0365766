import type { Status } from '../client/control/messages.ts';
import { en } from '../shared/text/en.ts';

/** The DNS servers, and what they are asked. */
export function dnsText({ dns, dnsUse }: NonNullable<Status['tunnel']>): string {
  const servers = dns.length === 0 ? 'none given' : dns.join(', ');
  return dnsUse === undefined ? servers : `${servers}: ${en.dnsUse[dnsUse]}`;
}
