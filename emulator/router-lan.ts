import { assertNever } from '../shared/assert-never.ts';
import type { RouterConfig } from './config.ts';
import { Ipv6Network } from './ipv6-network.ts';
import { createBuiltInLan } from './lan/built-in-lan.ts';
import type { Lan } from './lan/lan.ts';
import { createTunLan } from './lan/tun-lan.ts';
import type { TunLanFailure } from './lan/tun-lan-setup.ts';

/**
 * The LAN that the configuration asks for; without one the router itself still answers on its address inside the
 * tunnel, as real ones do. Rejects when a device cannot be had.
 */
export async function openLan(config: RouterConfig): Promise<Lan> {
  const { lan } = config;
  const { gateway, netmask, ipv6Prefix } = config.ppp;
  if (lan === 'none') return createBuiltInLan({ gateway });
  if (lan.kind === 'built-in') return createBuiltInLan({ gateway, config: lan });
  const ipv6Router = ipv6Prefix === undefined ? undefined : new Ipv6Network(ipv6Prefix).router;
  const opened = await createTunLan({ gateway, netmask, ipv6Router, config: lan });
  if (!opened.ok) throw new Error(`The LAN's device cannot be set up: ${reasonText(opened.error)}`);
  return opened.value;
}

const MISSING = {
  privilege: 'that takes root or CAP_NET_ADMIN. The built-in LAN needs neither',
  'tun-device': 'there is no /dev/net/tun',
  platform: 'that needs Linux',
  iproute2: 'that needs iproute2',
} as const;

/** The end of a sentence, without its full stop. */
export function reasonText(failure: TunLanFailure): string {
  switch (failure.kind) {
    case 'device-not-permitted':
      return MISSING[failure.missing];
    case 'device-exists':
      return `there is a device named ${failure.name} already. Another router may run here; lan.interfaceName names this one's`;
    case 'network-setup-failed':
      return `${failure.step}: ${failure.detail}`;
    default:
      return assertNever(failure);
  }
}
