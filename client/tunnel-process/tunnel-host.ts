import type { Logger } from '../log.ts';
import type { HoldingNetwork } from '../network/holding-network.ts';
import { checkNetwork } from '../network/tunnel-network.ts';
import type { Session, StartSession } from '../session/session-types.ts';
import { assertNever } from '../../shared/assert-never.ts';
import type { TrafficCounters } from '../../shared/connection.ts';
import {
  COUNTERS_INTERVAL_MILLISECONDS,
  COUNTERS_LEASE_MILLISECONDS,
  toTunnelSchema,
  type FromTunnel,
  type MessageLink,
  type ToTunnel,
} from './tunnel-messages.ts';

export interface TunnelHostOptions {
  readonly link: MessageLink;
  readonly startSession: StartSession;
  readonly network: HoldingNetwork | undefined;
}

interface Hosted {
  readonly session: Session;
  told: TrafficCounters;
  watch: { readonly timer: NodeJS.Timeout; until: number } | undefined;
}

/** The tunnel process: carries out what the main process asks for, and tells it what becomes of it. */
export function hostTunnels(options: TunnelHostOptions): void {
  const host = new TunnelHost(options);
  options.link.onMessage((message) => {
    host.receive(message);
  });
}

class TunnelHost {
  readonly #options: TunnelHostOptions;
  readonly #log: Logger;
  readonly #sessions = new Map<number, Hosted>();
  readonly #recoveries = new Map<number, AbortController>();

  constructor(options: TunnelHostOptions) {
    this.#options = options;
    this.#log = forwardingLog((message) => {
      this.#tell(message);
    });
    options.network?.onBlocking((isBlocking) => {
      this.#tell({ message: 'blocking', isBlocking });
    });
  }

  receive(message: unknown): void {
    const parsed = toTunnelSchema.safeParse(message);
    // What it was is not said: it may hold a secret.
    if (parsed.success) this.#obey(parsed.data);
    else this.#log.error('The tunnel process was sent a message that is none');
  }

  #obey(message: ToTunnel): void {
    switch (message.message) {
      case 'start':
        return this.#start(message);
      case 'cancel':
        void this.#sessions.get(message.session)?.session.cancel();
        return;
      case 'second-step':
        return this.#sessions.get(message.session)?.session.submitSecondStep(message.code);
      case 'round-trip':
        void this.#measure(message);
        return;
      case 'watch-counters':
        return this.#watch(message.session);
      case 'recover':
        void this.#recover(message.question);
        return;
      case 'stop-recovering':
        this.#recoveries.get(message.question)?.abort();
        return;
      case 'check':
        void this.#check(message.question);
        return;
      case 'network-changed':
        return this.#sessions.get(message.session)?.session.networkChanged();
      case 'verify':
        return this.#options.network?.verify();
      case 'release':
        void this.#release(message.question);
        return;
      default:
        return assertNever(message);
    }
  }

  #start({ session: id, options }: Extract<ToTunnel, { message: 'start' }>): void {
    if (this.#sessions.has(id)) return;
    const { startSession, network } = this.#options;
    const session = startSession(options, { network, log: this.#log }, (event) => {
      this.#tell({ message: 'event', session: id, event });
    });
    this.#sessions.set(id, { session, told: session.counters(), watch: undefined });
    void this.#tellEnd(id, session);
  }

  async #tellEnd(id: number, session: Session): Promise<void> {
    const end = await session.ended;
    clearInterval(this.#sessions.get(id)?.watch?.timer);
    this.#sessions.delete(id);
    this.#tell({ message: 'ended', session: id, end, counters: session.counters() });
  }

  async #measure({ session, question }: Extract<ToTunnel, { message: 'round-trip' }>): Promise<void> {
    const milliseconds = await this.#sessions.get(session)?.session.measureRoundTrip();
    this.#tell({ message: 'round-trip', question, milliseconds });
  }

  async #recover(question: number): Promise<void> {
    const calledOff = new AbortController();
    this.#recoveries.set(question, calledOff);
    const mended = await this.#mended(calledOff.signal);
    this.#recoveries.delete(question);
    this.#tell({ message: 'recovered', question, mended });
  }

  async #check(question: number): Promise<void> {
    const checked = await checkNetwork(this.#options.network);
    this.#tell({ message: 'checked', question, ...(checked.ok ? {} : { failure: checked.error }) });
  }

  async #release(question: number): Promise<void> {
    try {
      await this.#options.network?.release();
    } catch (error) {
      this.#log.error(`Releasing: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#tell({ message: 'released', question });
  }

  async #mended(calledOff: AbortSignal): Promise<string[]> {
    try {
      return (await this.#options.network?.recover(calledOff)) ?? [];
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)];
    }
  }

  #watch(id: number): void {
    const hosted = this.#sessions.get(id);
    if (hosted === undefined) return;
    this.#tellCounters(id, hosted);
    const until = performance.now() + COUNTERS_LEASE_MILLISECONDS;
    if (hosted.watch === undefined) {
      const timer = setInterval(() => {
        this.#tick(id, hosted);
      }, COUNTERS_INTERVAL_MILLISECONDS);
      hosted.watch = { timer, until };
    } else hosted.watch.until = until;
  }

  #tick(id: number, hosted: Hosted): void {
    this.#tellCounters(id, hosted);
    if (hosted.watch === undefined || performance.now() < hosted.watch.until) return;
    clearInterval(hosted.watch.timer);
    hosted.watch = undefined;
  }

  #tellCounters(id: number, hosted: Hosted): void {
    const counters = hosted.session.counters();
    if (isSame(counters, hosted.told)) return;
    // Live numbers in one object would look the same for ever.
    hosted.told = { ...counters };
    this.#tell({ message: 'counters', session: id, counters: hosted.told });
  }

  #tell(message: FromTunnel): void {
    this.#options.link.send(message);
  }
}

function isSame(one: TrafficCounters, other: TrafficCounters): boolean {
  return (
    one.receivedPackets === other.receivedPackets &&
    one.sentPackets === other.sentPackets &&
    one.receivedBytes === other.receivedBytes &&
    one.sentBytes === other.sentBytes
  );
}

/** The main process's log keeps, redacts and shows; nothing is kept here. */
function forwardingLog(tell: (message: FromTunnel) => void): Logger {
  return {
    debug: (text) => {
      tell({ message: 'log', level: 'debug', text });
    },
    info: (text) => {
      tell({ message: 'log', level: 'info', text });
    },
    warn: (text) => {
      tell({ message: 'log', level: 'warn', text });
    },
    error: (text) => {
      tell({ message: 'log', level: 'error', text });
    },
    secret: (value) => {
      tell({ message: 'secret', value });
    },
  };
}
