import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RouterConfigInput } from '../../emulator/config.ts';
import { profileDraftSchema } from '../../shared/profile-draft.ts';
import { sparingThisMachine } from '../support/network-privilege.ts';
import { type Home, makeHome } from '../support/program.ts';
import { RouterHost } from '../support/router-host.ts';
import { openSocketWindow } from '../support/socket-window.ts';
import { ADDRESS, createThreeHosts, prefixInside, startLanWebServer } from '../support/three-hosts.ts';
import { WindowProgram } from '../support/window-program.ts';
import { DEMO_USER } from './demo-account.ts';

/** A router and `smartvpn ui` with profiles for it, running. */
export interface WindowScene {
  /** As it stands in the profiles. */
  readonly router: string;
  readonly fingerprint: string;
  /** For one more window, in a browser of this machine; rejects when the program has ended. */
  address(): Promise<string>;
  close(): Promise<void>;
}

const BRIDGE = fileURLToPath(new URL('../support/port-bridge.ts', import.meta.url));
const STEADY_TRAFFIC = fileURLToPath(new URL('steady-traffic.ts', import.meta.url));
const FILE_BYTES = 400_000;

const USERS: RouterConfigInput = {
  users: [{ userName: DEMO_USER.userName, motp: { pin: DEMO_USER.pin, secret: DEMO_USER.secret } }],
};

/** With a host behind the router and traffic to it. The person's port `port` leads to `socketPath`. */
export async function sceneInNamespaces(
  socketPath: string,
  port: number,
  interrupted: AbortSignal,
): Promise<WindowScene> {
  const ends = new Ends();
  try {
    const home = ends.also(await makeHome(), (made) => made.remove());
    const hosts = ends.also(await createThreeHosts('demo'), (made) => made.remove());
    await startLanWebServer(hosts, FILE_BYTES);
    const router = ends.also(
      await RouterHost.start(
        {
          ...USERS,
          listen: { host: '0.0.0.0', port: 443 },
          tls: { certificate: { commonName: 'Vigor Router', names: [ADDRESS.router] } },
          lan: {
            kind: 'tun',
            forwarding: true,
            records: [{ name: 'files.lan', address: ADDRESS.lanHost }],
          },
        },
        hosts.router,
      ),
      (made) => made.close(),
    );
    const program = startProgram(ends, home, { prefix: prefixInside(hosts.client) });
    const first = new URL(await program.address());
    const bridge = hosts.client.spawn([process.execPath, BRIDGE, socketPath, first.port], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (bridge.stdout !== null) await once(bridge.stdout, 'data');
    const outside = (address: string): string => {
      const url = new URL(address);
      url.port = String(port);
      return url.href;
    };
    if (!interrupted.aborted) await addProfiles(first.href, socketPath, ADDRESS.router, router.port);
    hosts.client.spawn([process.execPath, STEADY_TRAFFIC, `http://${ADDRESS.lanHost}/`], { stdio: 'ignore' });
    return {
      router: ADDRESS.router,
      fingerprint: router.fingerprint,
      address: async () => outside(await program.address()),
      close: () => ends.close(),
    };
  } catch (error) {
    await ends.close();
    throw error;
  }
}

/** On this machine's own loopback: connections can be tested, but no network device be made. */
export async function sceneOverLoopback(port: number): Promise<WindowScene> {
  const ends = new Ends();
  try {
    const home = ends.also(await makeHome(), (made) => made.remove());
    const router = ends.also(
      await RouterHost.start({ ...USERS, listen: { host: '127.0.0.1', port: 0 } }),
      (made) => made.close(),
    );
    const program = startProgram(ends, home, {
      prefix: sparingThisMachine(),
      ...(port === 0 ? {} : { port }),
    });
    await addProfiles(await program.address(), undefined, '127.0.0.1', router.port);
    return {
      router: `127.0.0.1:${router.port}`,
      fingerprint: router.fingerprint,
      address: () => program.address(),
      close: () => ends.close(),
    };
  } catch (error) {
    await ends.close();
    throw error;
  }
}

function startProgram(ends: Ends, home: Home, options: Parameters<typeof WindowProgram.start>[1]) {
  return ends.also(WindowProgram.start(home, options), (made) => made.end());
}

/** One that asks for the PIN alone, because it has the token's secret; one for the token in the terminal. */
async function addProfiles(
  address: string,
  socketPath: string | undefined,
  server: string,
  port: number,
): Promise<void> {
  const window = await openSocketWindow(address, socketPath);
  const { client } = window;
  const profile = profileDraftSchema.parse({
    name: 'Office',
    server,
    port,
    authentication: 'motp',
    userName: DEMO_USER.userName,
  });
  const keep = { change: 'keep' } as const;
  const replies = [
    await client.call('addProfile', {
      profile,
      secrets: { password: keep, motpSecret: { change: 'set', value: DEMO_USER.secret } },
    }),
    await client.call('addProfile', {
      profile: { ...profile, name: 'Office, one-time password' },
      secrets: { password: keep, motpSecret: keep },
    }),
  ];
  await window.close();
  for (const reply of replies) if (!reply.ok) throw new Error(JSON.stringify(reply.error));
}

/** What has been started, to be ended in the other order. */
class Ends {
  readonly #ends: (() => Promise<unknown>)[] = [];

  also<T>(started: T, end: (started: T) => Promise<unknown>): T {
    this.#ends.push(() => end(started));
    return started;
  }

  async close(): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}
