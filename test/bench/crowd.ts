import { randomBytes } from 'node:crypto';
import { RouterHost } from '../support/router-host.ts';
import type { Cleanup } from './cleanup.ts';
import { LoadHost } from './load-host.ts';

const HOST = '127.0.0.1';
const LOAD_PROCESSES = 2;
/** Sign-ins under way at once, in each load process. */
const CONCURRENCY = 16;

export interface Opened {
  /** Milliseconds of each sign-in. */
  readonly signIns: readonly number[];
  readonly failures: readonly string[];
}

/** An emulator over loopback with a crowd of clients, from processes of their own. */
export class Crowd {
  readonly router: RouterHost;
  readonly hosts: readonly LoadHost[];
  /** Ends load processes and router. */
  readonly end: () => Promise<void>;
  readonly #account: { readonly userName: string; readonly password: string };

  private constructor(
    router: RouterHost,
    hosts: readonly LoadHost[],
    account: { readonly userName: string; readonly password: string },
    end: () => Promise<void>,
  ) {
    this.router = router;
    this.hosts = hosts;
    this.#account = account;
    this.end = end;
  }

  /** With room for so many sessions at once. */
  static async start(cleanup: Cleanup, room: number, options = { pages: false }): Promise<Crowd> {
    const account = { userName: 'load', password: randomBytes(12).toString('base64url') };
    const config = {
      listen: { host: HOST, port: 0 },
      users: [account],
      sessionLimit: room,
      ppp: {
        gateway: '10.200.0.1',
        netmask: '255.255.0.0',
        addressPool: { start: '10.200.1.0', count: room },
      },
      lan: { kind: 'built-in' as const },
    };
    const router = await RouterHost.start(config, undefined, options);
    const closeRouter = cleanup.add(() => router.close());
    const hosts = Array.from({ length: LOAD_PROCESSES }, () => new LoadHost());
    const stopHosts = cleanup.add(() => Promise.all(hosts.map((host) => host.stop())));
    return new Crowd(router, hosts, account, async () => {
      await stopHosts();
      await closeRouter();
    });
  }

  async open(count: number): Promise<Opened> {
    const { port, publicKeySha256 } = this.router;
    const opened = await Promise.all(
      this.hosts.map((host, index) => {
        const share = Math.floor((count + LOAD_PROCESSES - 1 - index) / LOAD_PROCESSES);
        const concurrency = Math.min(share, CONCURRENCY);
        return host.open({ host: HOST, port, publicKeySha256, ...this.#account, count: share, concurrency });
      }),
    );
    return {
      signIns: opened.flatMap(({ signIns }) => signIns),
      failures: opened.flatMap(({ failures }) => failures),
    };
  }

  /** A ping a second in each session for so long; gives how many were answered. */
  async traffic(milliseconds: number): Promise<number> {
    const answered = await Promise.all(this.hosts.map((host) => host.traffic(milliseconds)));
    return answered.reduce((sum, count) => sum + count, 0);
  }

  /** Ends all sessions; gives how many had ended by themselves. */
  async closeSessions(): Promise<number> {
    const closed = await Promise.all(this.hosts.map((host) => host.closeSessions()));
    return closed.reduce((sum, { lost }) => sum + lost, 0);
  }
}
