import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { RouterConfigInput } from '../../../emulator/config.ts';
import { type Home, makeHome, runProgram } from '../../support/program.ts';
import { RouterHost } from '../../support/router-host.ts';
import { type BackgroundOptions, type BackgroundProgram, startBackground } from '../background-program.ts';
import { ADDRESS, type BenchHosts } from '../hosts.ts';
import { installedProgram } from '../installed-program.ts';
import type { OpenPeer, Peer } from './peer.ts';

const PORT = 443;
const ACCOUNT = { userName: 'bench', password: randomBytes(12).toString('base64url') } as const;

const connectedSchema = z.object({ event: z.literal('connected'), tunnel: z.object({ cipher: z.string() }) });

/** Our client, the installed program, against the emulator; each a process in its own namespace. */
export const smartvpn = {
  name: 'smartvpn',
  programs: [],
  open: (hosts: BenchHosts) => openSmartvpn(hosts),
} satisfies Peer;

export interface OpenSmartvpn extends OpenPeer {
  /** How often it has connected so far. */
  connections(): number;
  /** Ctrl-C; milliseconds until the client was gone. */
  end(): Promise<number>;
}

/** `environment`: for both ends, besides their usual one. */
export async function openSmartvpn(
  hosts: BenchHosts,
  environment: NodeJS.ProcessEnv = {},
): Promise<OpenSmartvpn> {
  const router = await startBenchRouter(hosts, environment);
  const made = await makeHome();
  const home = { ...made, environment: { ...made.environment, ...environment } };
  const takeDown = async (): Promise<void> => {
    await router.close();
    await home.remove();
  };
  try {
    await addBenchProfile(home, 'bench', PORT);
    const client = await connectBenchProfile(hosts, home, router, 'bench');
    return {
      clientPid: client.pid,
      serverPid: router.process.pid,
      cipher: cipherOf(client.output()),
      connections: () => client.output().match(/"event":"connected"/g)?.length ?? 0,
      async end() {
        const started = performance.now();
        await client.stop('SIGINT');
        return performance.now() - started;
      },
      async close() {
        await client.stop('SIGINT');
        await takeDown();
      },
    };
  } catch (error) {
    await takeDown();
    throw error;
  }
}

/** The emulator in the router's namespace, in front of the LAN. */
export function startBenchRouter(
  hosts: BenchHosts,
  environment: NodeJS.ProcessEnv = {},
): Promise<RouterHost> {
  const config: RouterConfigInput = {
    listen: { host: '0.0.0.0', port: PORT },
    tls: { certificate: { commonName: 'Vigor Router', names: [ADDRESS.router] } },
    users: [ACCOUNT],
    lan: { kind: 'tun', forwarding: true },
  };
  return RouterHost.start(config, hosts.router, { environment });
}

export async function addBenchProfile(home: Home, name: string, port: number): Promise<void> {
  const server = ['--server', `${ADDRESS.router}:${port}`];
  const added = await runProgram(['profile', 'add', name, ...server, '--user-name', ACCOUNT.userName], {
    home,
  });
  if (added.code !== 0) throw new Error(`smartvpn profile add: ${added.stderr}`);
}

/** Resolves when connected. The router's certificate is trusted and kept in the profile. */
export async function connectBenchProfile(
  hosts: BenchHosts,
  home: Home,
  router: RouterHost,
  profile: string,
  onOutput?: (text: string) => void,
): Promise<BackgroundProgram> {
  const trust = ['--trust-fingerprint', router.fingerprint];
  const options: BackgroundOptions = {
    input: `${ACCOUNT.password}\n`,
    environment: home.environment,
    ready: /"event":"connected".*\n/,
    ...(onOutput === undefined ? {} : { onOutput }),
  };
  return startBackground(
    hosts.client,
    [await installedProgram(), 'connect', profile, '--password-stdin', '--json', ...trust],
    options,
  );
}

function cipherOf(lines: string): string {
  for (const line of lines.split('\n')) {
    if (!line.includes('"connected"')) continue;
    return connectedSchema.parse(JSON.parse(line)).tunnel.cipher;
  }
  return 'unknown';
}
