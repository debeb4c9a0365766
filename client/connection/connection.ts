import { assertNever } from '../../shared/assert-never.ts';
import {
  isBlocked,
  type ConnectionState,
  type ConnectionStatistics,
  type FailureCause,
} from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Logger } from '../log.ts';
import type { NetworkEvents, WatchNetwork } from '../monitor/watch-network.ts';
import type { HoldingNetwork } from '../network/holding-network.ts';
import { checkNetwork } from '../network/tunnel-network.ts';
import type { Session, SessionOptions, StartSession } from '../session/session-types.ts';
import type { SecretStore } from '../store/secret-store.ts';
import type { Store } from '../store/store.ts';
import { checkCredentials, type CredentialsProblem, type TypedCredentials } from './credentials-check.ts';
import {
  connectionState,
  initialModel,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionModel,
  type Phase,
  type StoredSecrets,
} from './model.ts';
import { reduce } from './reducer.ts';
import { sessionOptions } from './session-options.ts';
import { StatisticsWatch } from './statistics-watch.ts';

export interface ConnectionDependencies {
  readonly startSession: StartSession;
  /** Undefined: no device can be had here. */
  readonly network: HoldingNetwork | undefined;
  /**
   * Before a tunnel is made: undoes what a process that died left behind. Given up, and left to the next time, once the
   * signal is aborted. Left out: whoever asks for the connection has seen to it.
   */
  readonly recover?: (calledOff: AbortSignal) => Promise<void>;
  readonly secrets: Pick<SecretStore, 'get' | 'set'>;
  /** Where a trusted certificate, a user name and the history are kept. */
  readonly store: {
    readonly profiles: Pick<Store['profiles'], 'change'>;
    readonly history: Pick<Store['history'], 'append'>;
  };
  readonly log: Logger;
  /** Left out: changes of this machine's network are noticed when a keep-alive or a delay is over. */
  readonly watchNetwork?: WatchNetwork;
  /** Unix milliseconds. */
  readonly clock?: () => number;
  /** In [0, 1): spreads reconnects. */
  readonly random?: () => number;
}

/**
 * The life of one profile's connection. All decisions are the reducer's; this class carries out its
 * effects. Methods that do not fit the present state do nothing.
 */
export class Connection {
  readonly #dependencies: ConnectionDependencies;
  readonly #clock: () => number;
  readonly #random: () => number;
  readonly #listeners = new Set<(state: ConnectionState) => void>();
  readonly #statistics: StatisticsWatch;
  readonly #queue: ConnectionEvent[] = [];
  #model: ConnectionModel;
  #state: ConnectionState;
  #session: Session | undefined;
  #preparing = new AbortController();
  #retryTimer: NodeJS.Timeout | undefined;
  readonly #networkEvents: NetworkEvents = {
    changed: () => this.#send({ kind: 'network-changed' }),
    // Somebody may have deleted the device: then nothing is blocked.
    stirred: () => this.#dependencies.network?.verify(),
  };
  /** Undefined while there is nothing to watch for. */
  #stopWatching: (() => void) | undefined;
  /** Writes under way. */
  readonly #keeping = new Set<Promise<void>>();
  #isRunning = false;

  constructor(profile: Profile, dependencies: ConnectionDependencies) {
    this.#dependencies = dependencies;
    this.#clock = dependencies.clock ?? Date.now;
    this.#random = dependencies.random ?? Math.random;
    this.#statistics = new StatisticsWatch(this.#clock);
    this.#model = initialModel(profile);
    this.#state = connectionState(this.#model);
    const { network } = dependencies;
    network?.onBlocking((isBlocking) => this.#send({ kind: 'blocking', isBlocking }));
  }

  /** The same object until something changes. */
  get state(): ConnectionState {
    return this.#state;
  }

  /** With the certificate that was trusted and the user name that was remembered meanwhile. */
  get profile(): Profile {
    return this.#model.profile;
  }

  /** Called after every change. */
  subscribe(listener: (state: ConnectionState) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** `none`: signs in without moving the system's packets ("Test connection"). */
  connect(device: SessionOptions['device'] = 'tun'): void {
    this.#send({ kind: 'connect', device });
  }

  /** Resolves when nothing of the connection is left and the history is written. */
  async disconnect(): Promise<void> {
    this.#send({ kind: 'disconnect' });
    await this.#left();
    await Promise.all(this.#keeping);
  }

  #left(): Promise<void> {
    if (this.#state.state !== 'disconnecting') return Promise.resolve();
    return new Promise((resolve) => {
      const unsubscribe = this.subscribe(({ state }) => {
        if (state === 'disconnecting') return;
        unsubscribe();
        resolve();
      });
    });
  }

  /** The profile was edited: it holds from the next attempt on. */
  changeProfile(profile: Profile): void {
    this.#send({ kind: 'profile-changed', profile });
  }

  /** The password, code or PIN that the prompt asks for. A problem: it was not sent, and is asked for again. */
  submitCredentials(typed: TypedCredentials): CredentialsProblem | undefined {
    const { phase, spentCodes } = this.#model;
    const problem =
      phase.kind === 'asking' ? checkCredentials(typed, phase.asks, spentCodes).problem : undefined;
    this.#dependencies.log.secret(typed.secret);
    this.#send({ kind: 'credentials-submitted', ...typed });
    return problem;
  }

  trustCertificate(): void {
    this.#send({ kind: 'certificate-trusted' });
  }

  submitSecondStep(code: string): void {
    this.#dependencies.log.secret(code);
    this.#send({ kind: 'second-step-submitted', code });
  }

  dismissPrompt(): void {
    this.#send({ kind: 'prompt-dismissed' });
  }

  /** Reconnects now, not when the wait is over. */
  retryNow(): void {
    this.#send({ kind: 'retry-asked-for' });
  }

  /** Undefined without a tunnel. */
  statistics(): ConnectionStatistics | undefined {
    return this.#statistics.current();
  }

  /** Calls back every `intervalMs` while there is a tunnel, until the returned function is called. */
  watchStatistics(listener: (statistics: ConnectionStatistics) => void, intervalMs: number): () => void {
    return this.#statistics.watch(listener, intervalMs);
  }

  /** Effects may send events: they wait their turn. */
  #send(event: ConnectionEvent): void {
    this.#queue.push(event);
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#isRunning = false;
    }
  }

  #step(event: ConnectionEvent): void {
    const before = this.#model.phase;
    const { model, effects } = reduce(this.#model, event, { now: this.#clock(), random: this.#random() });
    this.#model = model;
    for (const effect of effects) this.#carryOut(effect);
    const state = connectionState(model);
    if (model.phase === before && isBlocked(state) === isBlocked(this.#state)) return;
    this.#watch(isWatching(model));
    this.#state = state;
    this.#statistics.setTunnel(hasTunnel(model.phase) ? this.#session : undefined);
    for (const listener of this.#listeners) listener(this.#state);
  }

  #carryOut(effect: ConnectionEffect): void {
    const { log, store, secrets } = this.#dependencies;
    const { id } = this.#model.profile;
    switch (effect.kind) {
      case 'prepare':
        void this.#prepare(effect);
        return;
      case 'stop-preparing':
        this.#preparing.abort();
        return;
      case 'start-session':
        this.#startSession(effect);
        return;
      case 'cancel-session':
        void this.#session?.cancel();
        return;
      case 'network-changed':
        this.#session?.networkChanged();
        return;
      case 'release-network':
        void this.#release();
        return;
      case 'submit-second-step':
        this.#session?.submitSecondStep(effect.code);
        return;
      case 'start-retry-timer':
        this.#retryTimer = setTimeout(() => this.#send({ kind: 'retry-due' }), effect.milliseconds);
        return;
      case 'stop-retry-timer':
        clearTimeout(this.#retryTimer);
        return;
      case 'remember-certificate':
        this.#keep(
          'the certificate',
          store.profiles.change(id, (profile) => ({ ...profile, trustedCertificate: effect.trusted })),
        );
        return;
      case 'remember-user-name':
        this.#keep(
          'the user name',
          store.profiles.change(id, (profile) => ({ ...profile, userName: effect.userName })),
        );
        return;
      case 'remember-password':
        // A keyring may ask for its own password first, for minutes: no end waits for that.
        void this.#watchKeeping('the password', secrets.set(id, 'password', effect.password));
        return;
      case 'record':
        this.#keep('the history', store.history.append(effect.entry));
        return;
      case 'log':
        log[effect.level](effect.text);
        return;
      default:
        assertNever(effect);
    }
  }

  #startSession({ session: number, profile, credentials, device, knownAddress }: StartSessionEffect): void {
    const { startSession, network, log } = this.#dependencies;
    const options = sessionOptions(profile, credentials, device, knownAddress);
    const session = startSession(options, { network, log }, (event) =>
      this.#send({ kind: 'session-said', session: number, event }),
    );
    this.#session = session;
    void this.#followSession(session, number);
  }

  async #followSession(session: Session, number: number): Promise<void> {
    const end = await session.ended;
    const { receivedBytes, sentBytes } = session.counters();
    this.#session = undefined;
    this.#send({ kind: 'session-ended', session: number, end, receivedBytes, sentBytes });
  }

  async #release(): Promise<void> {
    const { network, log } = this.#dependencies;
    try {
      await network?.release();
    } catch (error) {
      log.error(`Traffic may still be blocked: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#send({ kind: 'network-released' });
  }

  #watch(isWanted: boolean): void {
    const { watchNetwork } = this.#dependencies;
    if (isWanted === (this.#stopWatching !== undefined)) return;
    this.#stopWatching?.();
    this.#stopWatching = isWanted ? watchNetwork?.(this.#networkEvents) : undefined;
  }

  async #prepare({ load, device }: Extract<ConnectionEffect, { kind: 'prepare' }>): Promise<void> {
    this.#preparing = new AbortController();
    const { signal } = this.#preparing;
    const permitted = device === 'tun' ? await this.#checkDevice(signal) : ok(undefined);
    // A keyring may ask for its password: not for somebody who has gone.
    if (signal.aborted) return;
    if (!permitted.ok) {
      this.#send({ kind: 'device-refused', load, cause: permitted.error });
      return;
    }
    this.#send({ kind: 'secrets-loaded', load, secrets: await this.#readSecrets() });
  }

  async #checkDevice(calledOff: AbortSignal): Promise<Result<void, FailureCause>> {
    const { recover, network } = this.#dependencies;
    try {
      await recover?.(calledOff);
      return calledOff.aborted ? ok(undefined) : await checkNetwork(network);
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      return err({ kind: 'internal', detail });
    }
  }

  /** Only what this profile needs: a keyring may ask the user for each. */
  async #readSecrets(): Promise<StoredSecrets> {
    const { secrets, log } = this.#dependencies;
    const { id, authentication } = this.#model.profile;
    const name = authentication === 'password' ? 'password' : 'motp-secret';
    try {
      const got = await secrets.get(id, name);
      if (!got.ok) log.warn(`Stored secrets cannot be read: ${got.error.reason} (${got.error.detail})`);
      const secret = got.ok ? got.value : undefined;
      if (secret !== undefined) log.secret(secret);
      return name === 'password'
        ? { password: secret, motpSecret: undefined }
        : { password: undefined, motpSecret: secret };
    } catch (error) {
      log.warn(`Stored secrets cannot be read: ${error instanceof Error ? error.message : String(error)}`);
      return { password: undefined, motpSecret: undefined };
    }
  }

  /** What cannot be kept is said, and holds up nobody but `disconnect`. */
  #keep(what: string, keeping: Promise<Kept>): void {
    const watched = this.#watchKeeping(what, keeping);
    this.#keeping.add(watched);
    void watched.finally(() => this.#keeping.delete(watched));
  }

  async #watchKeeping(what: string, keeping: Promise<Kept>): Promise<void> {
    const { log } = this.#dependencies;
    try {
      const kept = await keeping;
      if (!kept.ok) log.warn(`Could not keep ${what}: ${reasonOf(kept.error)}`);
    } catch (error) {
      log.warn(`Could not keep ${what}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** While it stands or is made; and while it blocks, for somebody may delete the device. */
function isWatching({ phase: { kind }, isBlocking }: ConnectionModel): boolean {
  return (
    isBlocking || (kind !== 'resting' && kind !== 'loading' && kind !== 'leaving' && kind !== 'releasing')
  );
}

/** While leaving too: the last numbers are wanted then. */
function hasTunnel(phase: Phase): boolean {
  return phase.kind === 'connected' || (phase.kind === 'leaving' && phase.tunnel !== undefined);
}

type StartSessionEffect = Extract<ConnectionEffect, { kind: 'start-session' }>;
type Kept =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: { readonly kind: string } | { readonly reason: string } };

function reasonOf(error: { readonly kind: string } | { readonly reason: string }): string {
  return 'kind' in error ? error.kind : error.reason;
}
