import { fileURLToPath } from 'node:url';
import { startBackground } from './background-program.ts';
import { ADDRESS, type BenchHosts } from './hosts.ts';
import type { PacketLineOptions } from './packet-line.ts';

const PROGRAM = fileURLToPath(new URL('far-cable-process.ts', import.meta.url));
const END_AT_CLIENT = 'cable0';
const END_AT_ROUTER = 'cable1';
const NETWORK = '203.0.113.0/24';

/**
 * Puts the client far away: a long cable takes the place of the one between client and router, under the same names and
 * addresses. TCP over it has the congestion control of that name: by the route, for a namespace may not choose all that
 * there are by its settings. There is no way back: the hosts are good for this alone.
 */
export async function moveFarAway(
  { client, router }: BenchHosts,
  line: PacketLineOptions,
  congestionControl: string,
): Promise<void> {
  const words = JSON.stringify({ ends: [END_AT_CLIENT, END_AT_ROUTER], line });
  await startBackground(router, [process.execPath, PROGRAM, words], { ready: /ready/ });
  await client.exec(['ip', 'link', 'delete', 'eth0']);
  await router.exec(['ip', 'link', 'set', END_AT_CLIENT, 'netns', String(client.pid)]);
  const plug = (end: string, address: string, ...more: string[]): string =>
    [
      // As long a queue as an Ethernet device has.
      `link set ${end} name eth0 txqueuelen 1000`,
      `addr add ${address}/24 dev eth0 noprefixroute`,
      'link set eth0 up',
      `route add ${NETWORK} dev eth0 congctl ${congestionControl}`,
      ...more,
      '',
    ].join('\n');
  const route = `route add default via ${ADDRESS.router} congctl ${congestionControl}`;
  await client.exec(['ip', '-batch', '-'], { input: plug(END_AT_CLIENT, ADDRESS.client, route) });
  await router.exec(['ip', '-batch', '-'], { input: plug(END_AT_ROUTER, ADDRESS.router) });
}
