import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Namespace, connectNamespaces, createNamespace } from '../support/namespace.ts';
import type { Cleanup } from './cleanup.ts';

/**
 * client 203.0.113.10 ── 203.0.113.1 router 10.77.0.1 ── 10.77.0.2 lan
 *
 * Three hosts; the router forwards. Without a tunnel the client reaches the LAN over its default route.
 */
export const ADDRESS = {
  client: '203.0.113.10',
  router: '203.0.113.1',
  lanRouter: '10.77.0.1',
  lan: '10.77.0.2',
} as const;
export const LAN_NETWORK = { address: '10.77.0.0', netmask: '255.255.255.0', cidr: '10.77.0.0/24' } as const;

export interface BenchHosts {
  readonly client: Namespace;
  readonly router: Namespace;
  readonly lan: Namespace;
  /** For files of this run; removed with the hosts. */
  readonly folder: string;
}

export async function makeHosts(cleanup: Cleanup): Promise<BenchHosts> {
  const folder = await mkdtemp(join(tmpdir(), 'hosts-'));
  cleanup.add(() => rm(folder, { recursive: true, force: true }));
  const host = async (name: string): Promise<Namespace> => {
    const namespace = await createNamespace(`bench-${name}`);
    cleanup.add(() => namespace.remove());
    return namespace;
  };
  const [client, router, lan] = await Promise.all([host('client'), host('router'), host('lan')]);
  await connectNamespaces(client, router, {
    addressA: `${ADDRESS.client}/24`,
    addressB: `${ADDRESS.router}/24`,
  });
  await connectNamespaces(router, lan, {
    addressA: `${ADDRESS.lanRouter}/24`,
    addressB: `${ADDRESS.lan}/24`,
  });
  await client.exec(['ip', 'route', 'add', 'default', 'via', ADDRESS.router]);
  await lan.exec(['ip', 'route', 'add', 'default', 'via', ADDRESS.lanRouter]);
  await router.exec(['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
  return { client, router, lan, folder };
}

/** The device that the client's packets to the LAN leave by. */
export async function deviceToLan(hosts: BenchHosts): Promise<string | undefined> {
  return /\bdev (\S+)/.exec(await hosts.client.exec(['ip', 'route', 'get', ADDRESS.lan]))?.[1];
}
