import type { BenchHosts } from './hosts.ts';

export const SHAPED_MEGABITS = 20;

/**
 * Makes the link between client and router a slow one, both ways: 20 Mbit/s with 40 ms of buffer, and everybody's TCP
 * reno, which fills what buffer there is (bbr, where it is the machine's default, does not). Returns the way back.
 */
export async function shape({ client, router, lan }: BenchHosts): Promise<() => Promise<void>> {
  const before = (await client.exec(['cat', CONGESTION])).trim();
  for (const host of [client, router]) {
    const limits = ['rate', `${SHAPED_MEGABITS}mbit`, 'burst', '32kb', 'latency', '40ms'];
    await host.exec(['tc', 'qdisc', 'add', 'dev', 'eth0', 'root', 'tbf', ...limits]);
  }
  await setCongestion('reno');
  return async () => {
    await setCongestion(before);
    for (const host of [client, router]) await host.exec(['tc', 'qdisc', 'del', 'dev', 'eth0', 'root']);
  };

  async function setCongestion(name: string): Promise<void> {
    for (const host of [client, router, lan]) {
      await host.exec(['sh', '-c', `echo ${name} > ${CONGESTION}`]);
    }
  }
}

const CONGESTION = '/proc/sys/net/ipv4/tcp_congestion_control';
