import type { RouterConfig } from './config.ts';
import { createBuiltInLan } from './lan/built-in-lan.ts';
import type { Lan } from './lan/lan.ts';
import { createTunLan } from './lan/tun-lan.ts';

/** The LAN that the configuration asks for. Rejects when a device cannot be had. */
export async function openLan(config: RouterConfig): Promise<Lan | undefined> {
  const { lan } = config;
  const { gateway, netmask } = config.ppp;
  if (lan === 'none') return undefined;
  if (lan.kind === 'built-in') return createBuiltInLan({ gateway, config: lan });
  const opened = await createTunLan({ gateway, netmask, config: lan });
  if (!opened.ok) throw new Error(`The LAN's device cannot be set up: ${JSON.stringify(opened.error)}`);
  return opened.value;
}
