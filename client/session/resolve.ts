import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { FailureCause } from '../../shared/connection.ts';
import { errorCode } from '../../shared/error-code.ts';
import { err, ok, type Result } from '../../shared/result.ts';

/** More would only be tried after the connecting deadline. */
const MOST_ADDRESSES = 8;

export type ResolveFailure = Extract<FailureCause, { kind: 'name-not-found' | 'network-unreachable' }>;

/**
 * The addresses of a server in the order to try them: the system's order (RFC 6724), families
 * alternating (RFC 8305 §4) so that a broken family costs one attempt, not all of them.
 * The system's resolver is asked, so /etc/hosts, mDNS and split DNS hold. It cannot be cancelled:
 * a caller that has lost interest drops the promise.
 */
export async function resolveServer(server: string): Promise<Result<readonly string[], ResolveFailure>> {
  if (isIP(server) !== 0) return ok([server]);
  try {
    const found = await lookup(server, { all: true, order: 'verbatim' });
    const addresses = alternateFamilies(found.map((entry) => entry.address));
    return addresses.length === 0 ? err({ kind: 'name-not-found', host: server }) : ok(addresses);
  } catch (error) {
    return err({ kind: lookupFailure(error), host: server });
  }
}

/** EAI_AGAIN: no name server answered, so nothing is known about the name. */
function lookupFailure(error: unknown): ResolveFailure['kind'] {
  const code = errorCode(error);
  return code === 'EAI_AGAIN' || code === 'ETIMEOUT' ? 'network-unreachable' : 'name-not-found';
}

/** The first address's family leads; both keep their own order. */
export function alternateFamilies(addresses: readonly string[]): readonly string[] {
  const unique = [...new Set(addresses)];
  const leading = unique[0] === undefined ? 0 : isIP(unique[0]);
  const first = unique.filter((address) => isIP(address) === leading);
  const second = unique.filter((address) => isIP(address) !== leading);
  const ordered = first.flatMap((address, i) => {
    const other = second[i];
    return other === undefined ? [address] : [address, other];
  });
  return [...ordered, ...second.slice(first.length)].slice(0, MOST_ADDRESSES);
}
