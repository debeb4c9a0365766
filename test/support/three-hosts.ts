import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Namespace, connectNamespaces, createNamespace } from './namespace.ts';

/** Where demo and browser tests have their hosts: a client on the Internet, a router, a LAN host behind it. */
export const ADDRESS = {
  client: '203.0.113.10',
  router: '203.0.113.1',
  lanRouter: '10.77.0.1',
  lanHost: '10.77.0.2',
} as const;

const WEB_SERVER = fileURLToPath(new URL('../demo/web-server.ts', import.meta.url));

export interface ThreeHosts {
  readonly client: Namespace;
  readonly router: Namespace;
  readonly lan: Namespace;
  /** Ends everything that runs on them. */
  remove(): Promise<void>;
}

/** Each a network namespace of its own, cabled: client ── router ── LAN host. */
export async function createThreeHosts(tag: string): Promise<ThreeHosts> {
  const [client, router, lan] = await Promise.all([
    createNamespace(`${tag}-client`),
    createNamespace(`${tag}-router`),
    createNamespace(`${tag}-lan`),
  ]);
  await connectNamespaces(client, router, {
    addressA: `${ADDRESS.client}/24`,
    addressB: `${ADDRESS.router}/24`,
  });
  await connectNamespaces(router, lan, {
    addressA: `${ADDRESS.lanRouter}/24`,
    addressB: `${ADDRESS.lanHost}/24`,
  });
  await client.exec(['ip', 'route', 'add', 'default', 'via', ADDRESS.router]);
  await lan.exec(['ip', 'route', 'add', 'default', 'via', ADDRESS.lanRouter]);
  const remove = async (): Promise<void> => {
    await Promise.all([client.remove(), router.remove(), lan.remove()]);
  };
  return { client, router, lan, remove };
}

/** Serves a file of that many bytes at http://10.77.0.2/ until the host is removed. */
export async function startLanWebServer({ lan }: ThreeHosts, fileBytes: number): Promise<void> {
  const web = lan.spawn([process.execPath, WEB_SERVER, ADDRESS.lanHost, String(fileBytes)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (web.stdout !== null) await once(web.stdout, 'data');
}

/** Put before a command, it starts inside the host and ends with us. */
export function prefixInside(host: Namespace): readonly string[] {
  const inside = ['--target', String(host.pid), '--net', '--mount', '--wd=.'];
  return ['nsenter', ...inside, 'setpriv', '--pdeathsig', 'KILL'];
}
