import type { Logger } from '../log.ts';
import type { NetworkFailure } from '../network/tunnel-network.ts';
import type { Session, SessionEnd, SessionEvent, StartSession } from '../session/session-types.ts';
import { assertNever } from '../../shared/assert-never.ts';
import { NO_TRAFFIC, type TrafficCounters } from '../../shared/connection.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { noTunnelProcess, RemoteNetwork, type RemoteNetworkHost } from './remote-network.ts';
import { fromTunnelSchema, type FromTunnel, type MessageLink, type ToTunnel } from './tunnel-messages.ts';

/** A process that runs tunnels: Electron's utilityProcess, or one of Node's own. */
export interface TunnelProcess extends MessageLink {
  /** Called once, however it ended. `detail` for the log, for example "exit code 134". */
  onExit(listener: (detail: string) => void): void;
  kill(): void;
}

export interface TunnelProxyOptions {
  readonly spawn: () => TunnelProcess;
  readonly log: Logger;
  /** The process ended although nobody asked it to. */
  readonly onCrash: (detail: string) => void;
  readonly cancelPatienceMilliseconds?: number;
}

/** A session ends within a second; a process that cannot do it in this time hangs, and is ended itself. */
const CANCEL_PATIENCE_MILLISECONDS = 5000;

/**
 * Sessions that run in another process, so that the window never stutters for them, and a crash there ends
 * them with a cause. The process is started when it is first needed, and again after it ended.
 */
export class TunnelProxy {
  readonly #options: TunnelProxyOptions;
  #running: RunningProcess | undefined;
  #isClosed = false;

  constructor(options: TunnelProxyOptions) {
    this.#options = options;
  }

  readonly startSession: StartSession = (options, { log }, listener) => {
    const session = new ProxiedSession(listener, log, this.#options.cancelPatienceMilliseconds);
    const process = this.#process();
    if (process === undefined) session.end(lost('The program is about to end'));
    else process.adopt(session, options);
    return session;
  };

  readonly network = new RemoteNetwork(
    () => this.#process(),
    () => this.#running,
  );

  /** After the last session has ended. */
  close(): void {
    this.#isClosed = true;
    this.#running?.close();
    this.#running = undefined;
  }

  #process(): RunningProcess | undefined {
    if (this.#isClosed) return undefined;
    this.#running ??= new RunningProcess(this.#options, this.network, (detail) => {
      this.#running = undefined;
      this.#options.onCrash(detail);
    });
    return this.#running;
  }
}

class RunningProcess implements RemoteNetworkHost {
  readonly #process: TunnelProcess;
  readonly #log: Logger;
  readonly #network: RemoteNetwork;
  readonly #sessions = new Map<number, ProxiedSession>();
  readonly #roundTrips = new Map<number, (milliseconds: number | undefined) => void>();
  readonly #recoveries = new Map<number, (mended: readonly string[]) => void>();
  readonly #releases = new Map<number, () => void>();
  readonly #checks = new Map<number, (failure: NetworkFailure | undefined) => void>();
  #last = 0;
  #isClosing = false;

  constructor({ spawn, log }: TunnelProxyOptions, network: RemoteNetwork, onCrash: (detail: string) => void) {
    this.#log = log;
    this.#network = network;
    this.#process = spawn();
    this.#process.onMessage((message) => {
      this.#receive(message);
    });
    this.#process.onExit((detail) => {
      this.#lose(detail);
      if (!this.#isClosing) onCrash(detail);
    });
  }

  adopt(session: ProxiedSession, options: Extract<ToTunnel, { message: 'start' }>['options']): void {
    const id = this.#next();
    this.#sessions.set(id, session);
    session.belongTo({
      send: (message) => {
        this.#tell({ ...message, session: id });
      },
      measureRoundTrip: () => this.#measure(id),
      kill: () => {
        this.#log.error('The tunnel process does not answer and is ended');
        this.#process.kill();
      },
    });
    this.#tell({ message: 'start', session: id, options });
  }

  check(): Promise<Result<void, NetworkFailure>> {
    const question = this.#next();
    return new Promise((resolve) => {
      this.#checks.set(question, (failure) => {
        resolve(failure === undefined ? ok(undefined) : err(failure));
      });
      this.#tell({ message: 'check', question });
    });
  }

  recover(calledOff?: AbortSignal): Promise<string[]> {
    const question = this.#next();
    const stop = (): void => {
      this.#tell({ message: 'stop-recovering', question });
    };
    return new Promise((resolve) => {
      this.#recoveries.set(question, (mended) => {
        calledOff?.removeEventListener('abort', stop);
        resolve([...mended]);
      });
      this.#tell({ message: 'recover', question });
      if (calledOff?.aborted === true) stop();
      else calledOff?.addEventListener('abort', stop, { once: true });
    });
  }

  verify(): void {
    this.#tell({ message: 'verify' });
  }

  release(): Promise<void> {
    const question = this.#next();
    return new Promise((resolve) => {
      this.#releases.set(question, resolve);
      this.#tell({ message: 'release', question });
    });
  }

  close(): void {
    this.#isClosing = true;
    this.#process.kill();
  }

  #measure(session: number): Promise<number | undefined> {
    const question = this.#next();
    return new Promise((resolve) => {
      this.#roundTrips.set(question, resolve);
      this.#tell({ message: 'round-trip', session, question });
    });
  }

  #next(): number {
    this.#last += 1;
    return this.#last;
  }

  #tell(message: ToTunnel): void {
    this.#process.send(message);
  }

  #receive(message: unknown): void {
    const parsed = fromTunnelSchema.safeParse(message);
    if (parsed.success) this.#take(parsed.data);
    else this.#log.error('The tunnel process sent a message that is none');
  }

  #take(message: FromTunnel): void {
    switch (message.message) {
      case 'event':
        return this.#sessions.get(message.session)?.tell(message.event);
      case 'counters':
        return this.#sessions.get(message.session)?.count(message.counters);
      case 'ended':
        this.#sessions.get(message.session)?.count(message.counters);
        this.#sessions.get(message.session)?.end(message.end);
        this.#sessions.delete(message.session);
        return;
      case 'round-trip':
        this.#roundTrips.get(message.question)?.(message.milliseconds);
        this.#roundTrips.delete(message.question);
        return;
      case 'recovered':
        this.#recoveries.get(message.question)?.(message.mended);
        this.#recoveries.delete(message.question);
        return;
      case 'checked':
        this.#checks.get(message.question)?.(message.failure);
        this.#checks.delete(message.question);
        return;
      case 'blocking':
        return this.#network.setBlocking(message.isBlocking);
      case 'released':
        this.#releases.get(message.question)?.();
        this.#releases.delete(message.question);
        return;
      case 'log':
        return this.#log[message.level](message.text);
      case 'secret':
        return this.#log.secret(message.value);
      default:
        return assertNever(message);
    }
  }

  /** Everything that waits for the process gets its answer now. */
  #lose(detail: string): void {
    const sessions = [...this.#sessions.values()];
    const roundTrips = [...this.#roundTrips.values()];
    const recoveries = [...this.#recoveries.values()];
    const checks = [...this.#checks.values()];
    const releases = [...this.#releases.values()];
    this.#sessions.clear();
    this.#roundTrips.clear();
    this.#recoveries.clear();
    this.#checks.clear();
    this.#releases.clear();
    // First of all, so that nobody says "blocked" of what came after.
    this.#network.setBlocking(false);
    for (const answer of releases) answer();
    for (const answer of roundTrips) answer(undefined);
    for (const answer of recoveries) answer([]);
    for (const answer of checks) answer(noTunnelProcess(`The tunnel process ended: ${detail}`));
    for (const session of sessions) session.end(lost(`The tunnel process ended: ${detail}`));
  }
}

function lost(detail: string): SessionEnd {
  return { kind: 'failed', cause: { kind: 'internal', detail }, wasConnected: false };
}

/** What a session may ask of the process it runs in. */
interface Host {
  send(
    message:
      | { readonly message: 'cancel' | 'watch-counters' | 'network-changed' }
      | { readonly message: 'second-step'; readonly code: string },
  ): void;
  measureRoundTrip(): Promise<number | undefined>;
  kill(): void;
}

class ProxiedSession implements Session {
  readonly ended: Promise<SessionEnd>;
  readonly #listener: (event: SessionEvent) => void;
  readonly #log: Logger;
  readonly #cancelPatience: number;
  #settle: (end: SessionEnd) => void = () => undefined;
  #host: Host | undefined;
  #counters = NO_TRAFFIC;
  #wasConnected = false;
  #isCancelled = false;
  #patience: NodeJS.Timeout | undefined;

  constructor(
    listener: (event: SessionEvent) => void,
    log: Logger,
    cancelPatience = CANCEL_PATIENCE_MILLISECONDS,
  ) {
    this.#listener = listener;
    this.#log = log;
    this.#cancelPatience = cancelPatience;
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  belongTo(host: Host): void {
    this.#host = host;
  }

  tell(event: SessionEvent): void {
    if (event.kind === 'connected') this.#wasConnected = true;
    this.#listener(event);
  }

  count(counters: TrafficCounters): void {
    this.#counters = counters;
  }

  /** The first end counts. */
  end(end: SessionEnd): void {
    clearTimeout(this.#patience);
    this.#host = undefined;
    // It was to end anyway: how is no failure.
    if (this.#isCancelled) this.#settle({ kind: 'cancelled' });
    else if (end.kind === 'failed') {
      this.#settle({ ...end, wasConnected: end.wasConnected || this.#wasConnected });
    } else this.#settle(end);
  }

  async cancel(): Promise<void> {
    const host = this.#host;
    if (host !== undefined && !this.#isCancelled) {
      this.#isCancelled = true;
      host.send({ message: 'cancel' });
      this.#patience = setTimeout(() => {
        host.kill();
      }, this.#cancelPatience);
    }
    await this.ended;
  }

  submitSecondStep(code: string): void {
    this.#log.secret(code);
    this.#host?.send({ message: 'second-step', code });
  }

  networkChanged(): void {
    this.#host?.send({ message: 'network-changed' });
  }

  /** As they were told last; whoever asks keeps being told. */
  counters(): TrafficCounters {
    this.#host?.send({ message: 'watch-counters' });
    return this.#counters;
  }

  /** Asked for when somebody begins to look: the counters come along. */
  async measureRoundTrip(): Promise<number | undefined> {
    this.#host?.send({ message: 'watch-counters' });
    return await this.#host?.measureRoundTrip();
  }
}
