import { type ProgramEvent, ProgramEvents } from './program-events.ts';
import { RouterHost } from './router-host.ts';
import { type Home, keepProfile, makeHome, runProgram, startProgram, type Running } from './program.ts';
import { prefixInside } from './three-hosts.ts';
import { ROUTER_ADDRESS, ROUTER_PORT, type TwoUplinks } from './two-uplinks.ts';

const ACCOUNT = { userName: 'alice', password: 'correct-horse' } as const;
/** The router's inner address, which answers pings. */
export const INNER_GATEWAY = '192.168.240.1';
/** A keep-alive that is never due while something is measured or tested: what is noticed sooner was noticed by itself. */
const KEEP_ALIVE_SECONDS = 300;

export interface HeldConnectionOptions {
  readonly blockWhenDown: boolean;
  /** The router gives this account the same address each time; else it gives the next one of its pool. */
  readonly staticAddress?: string;
  /** Default: so many that none is due while something is tested. */
  readonly keepAliveSeconds?: number;
  readonly environment?: NodeJS.ProcessEnv;
}

/** `smartvpn connect` in the client's namespace, a full tunnel to an emulator behind its uplinks. */
export class HeldConnection {
  readonly program: Running;
  readonly router: RouterHost;
  readonly home: Home;
  readonly #network: TwoUplinks;
  readonly #events: ProgramEvents;

  private constructor(network: TwoUplinks, router: RouterHost, home: Home, program: Running) {
    this.#network = network;
    this.router = router;
    this.home = home;
    this.program = program;
    this.#events = new ProgramEvents(program);
  }

  /** Resolves when it is connected. */
  static async open(network: TwoUplinks, options: HeldConnectionOptions): Promise<HeldConnection> {
    const router = await RouterHost.start(
      {
        listen: { host: ROUTER_ADDRESS, port: ROUTER_PORT },
        tls: { certificate: { commonName: 'Vigor Router', names: [ROUTER_ADDRESS] } },
        users: [
          options.staticAddress === undefined
            ? ACCOUNT
            : { ...ACCOUNT, staticAddress: options.staticAddress },
        ],
        lan: { kind: 'built-in' },
      },
      network.internet,
    );
    const home = await makeHome();
    await keepProfile(home, {
      name: 'office',
      server: ROUTER_ADDRESS,
      userName: ACCOUNT.userName,
      advanced: {
        blockWhenDown: options.blockWhenDown,
        keepAliveSeconds: options.keepAliveSeconds ?? KEEP_ALIVE_SECONDS,
      },
      trustedCertificate: { publicKeySha256: router.publicKeySha256, trustedAt: '2026-01-01T00:00:00Z' },
    });
    const program = startProgram(['connect', 'office', '--password-stdin', '--json'], {
      home,
      prefix: prefixInside(network.client),
      input: `${ACCOUNT.password}\n`,
      ...(options.environment === undefined ? {} : { environment: options.environment }),
    });
    const connection = new HeldConnection(network, router, home, program);
    try {
      await connection.next('connected');
    } catch (error) {
      await connection.close();
      throw error;
    }
    return connection;
  }

  /** Everything it has said so far. */
  get events(): readonly ProgramEvent[] {
    return this.#events.all;
  }

  /** As in ProgramEvents. */
  next(kind: string, from?: number, holds?: (event: ProgramEvent) => boolean): Promise<ProgramEvent> {
    return this.#events.next(kind, from, holds);
  }

  /** Another terminal of the same user. */
  async smartvpn(...words: string[]): Promise<string> {
    const prefix = prefixInside(this.#network.client);
    const { stdout, stderr } = await runProgram(words, { home: this.home, prefix });
    return stdout + stderr;
  }

  /** Ends it as Ctrl-C does, when it is there yet, and the router with it. */
  async close(): Promise<void> {
    this.program.kill('SIGINT');
    await this.program.ended;
    await this.router.close();
    await this.home.remove();
  }
}
