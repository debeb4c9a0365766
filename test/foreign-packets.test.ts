import { afterEach, expect, test, vi } from 'vitest';
import { holdingNetwork } from '../client/network/holding-network.ts';
import { MemoryTun } from '../datapath/testing/memory-tun.ts';
import type { Lan, LanSession } from '../emulator/lan/lan.ts';
import { startRouter, type Router } from '../emulator/router.ts';
import { parseIpv4Address } from '../shared/ip/ipv4-address.ts';
import { encodeUdp } from '../shared/ip/udp.ts';
import { ICMPV6, encodeIpv6 } from '../shared/ip/ipv6.ts';
import { parseIpv6Address } from '../shared/ip/ipv6-address.ts';
import { ok } from '../shared/result.ts';
import { PASSWORD_USER, sessionOptionsFor, SessionTrial } from './support/session-trial.ts';

/** A router that sends its clients what nobody has asked for. */

let router: Router | undefined;
let trial: SessionTrial | undefined;
afterEach(async () => {
  await trial?.session.cancel();
  await router?.close();
});

function udp(to: string): Uint8Array {
  const [source = 0, destination = 0] = ['192.168.240.1', to].map((text) => parseIpv4Address(text) ?? 0);
  return encodeUdp({ source, destination, sourcePort: 53, destinationPort: 53 }, new Uint8Array(8));
}

function ipv6(to: string): Uint8Array {
  const [source, destination] = ['2001:db8:240::1', to].map((text) => parseIpv6Address(text));
  if (source === undefined || destination === undefined) throw new Error('no address');
  return encodeIpv6({ source, destination, nextHeader: ICMPV6 }, new Uint8Array(8));
}

const nothing = { receive: () => undefined, drained: () => undefined, detach: () => undefined };

async function dial(): Promise<{ tun: MemoryTun; ofRouter: LanSession; address: string; address6: string }> {
  let ofRouter: LanSession | undefined;
  const lan: Lan = {
    attach: (session) => {
      ofRouter = session;
      return nothing;
    },
    attachIpv6: () => nothing,
    close: async () => undefined,
  };
  const ppp = { ipv6Prefix: '2001:db8:240::/64' };
  router = await startRouter({ listen: { port: 0 }, users: [PASSWORD_USER], ppp }, { lan });
  const tun = new MemoryTun();
  const network = holdingNetwork({
    check: async () => ok(undefined),
    recover: async () => [],
    bringUp: async () => ok({ tun, takeDown: async () => undefined }),
  });
  trial = new SessionTrial(sessionOptionsFor(router, { device: 'tun' }), { network });
  const { address, address6 } = await trial.connected();
  if (ofRouter === undefined || address6 === undefined) throw new Error('no tunnel');
  return { tun, ofRouter, address, address6 };
}

test('a router reaches this machine’s end of the tunnel, and through it neither other hosts nor other addresses', async () => {
  const { tun, ofRouter, address, address6 } = await dial();
  const foreign = ['192.168.1.50', '127.0.0.1', '224.0.0.251', '255.255.255.255', '192.168.240.255'].map(udp);
  const foreign6 = ['2001:db8:1::50', '::1', 'fe80::1', 'ff02::1', '2001:db8:240::50'].map(ipv6);
  const own = [udp(address), ipv6(address6)];
  for (const packet of [...foreign, ...foreign6, ...own]) ofRouter.send(packet, 0, packet.length);
  await vi.waitFor(() => {
    expect(tun.written.length).toBeGreaterThanOrEqual(2);
  });
  expect(tun.written).toEqual(own);
});
