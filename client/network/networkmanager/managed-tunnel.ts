import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { TunDevice } from '../../../datapath/tun-device.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { BusProblem } from '../../dbus/message-bus.ts';
import type { CommandRunner } from '../command-runner.ts';
import type { Changes, Journal } from '../journal.ts';
import { isWhollyFree } from '../routing-slot.ts';
import type { NetworkFailure, NetworkUp } from '../tunnel-network.ts';
import {
  type ActivationStep,
  ActivationWatch,
  activated,
  addTunnel,
  attach,
  deactivate,
  setupFailed,
} from './activation.ts';
import { BaseProfile } from './base-profile.ts';
import { type ProfileFacts, tunnelProfile } from './connection-profile.ts';
import type { NetworkManager } from './network-manager.ts';
import { removeLeftDevice } from './left-device.ts';

/** Milliseconds that taking down waits for NetworkManager. */
const UNDO_DEADLINE = 700;
/** A NetworkManager that has just begun takes over what it finds; so often it is asked whether it has. */
const RETURN_INTERVAL = 100;
const RETURN_ATTEMPTS = 200;

export interface ManagedTunnelOptions {
  readonly manager: NetworkManager;
  readonly journal: Journal;
  readonly facts: Omit<ProfileFacts, 'uuid'>;
  readonly run: CommandRunner;
  readonly onStep: (step: ActivationStep) => Promise<void>;
  /** Whoever wants the tunnel has gone. */
  readonly calledOff: AbortSignal;
}

/** What one tunnel has of NetworkManager, and how to give it back. */
export class ManagedTunnel {
  readonly #options: ManagedTunnelOptions;
  #entry: Changes;
  /** Of the profile that NetworkManager has activated. */
  #uuid: string | undefined;
  #base: BaseProfile | undefined;
  /** NetworkManager was asked to make something, and no word came. */
  #isUnanswered = false;
  #tun: TunDevice | undefined;
  #isActivated = false;
  readonly #managerEnd = new AbortController();
  readonly #ending = new AbortController();
  #stopWatching: () => void = () => {};
  #lost: (detail: string) => void = () => {};
  #down: Promise<void> | undefined;

  constructor(options: ManagedTunnelOptions) {
    this.#options = options;
    this.#entry = { interfaceName: options.facts.interfaceName, routing: options.facts.routing };
  }

  /** NetworkManager ended since the beginning: what failed may go well with the next one. */
  get sawManagerEnd(): boolean {
    return this.#managerEnd.signal.aborted;
  }

  /** All of it or nothing. */
  async bringUp(): Promise<Result<NetworkUp, NetworkFailure>> {
    const result = await this.#bringUp().catch((error: unknown) => err(setupFailed(String(error))));
    if (!result.ok) {
      const failure = this.#explained(result.error);
      await this.takeDown();
      return err(failure);
    }
    const onLost = (listener: (detail: string) => void): void => {
      this.#lost = listener;
    };
    return ok({ tun: result.value, takeDown: () => this.takeDown(), onLost });
  }

  async #bringUp(): Promise<Result<TunDevice, NetworkFailure>> {
    const { facts, manager, onStep, calledOff } = this.#options;
    // Neither is worth waiting for: one that ended answers nothing, and tells of no state.
    const until = AbortSignal.any([calledOff, this.#managerEnd.signal]);
    const watching = await manager.until(until).onRunning((isRunning) => {
      if (!isRunning) this.#managerEnd.abort();
      else if (this.#isActivated) void this.#goOn();
    });
    if (!watching.ok) return err(failureOf(watching.error));
    this.#stopWatching = watching.value;
    const watch = await this.#activate(until);
    if (!watch.ok) return err(failureOf(watch.error));
    await onStep('activating');
    const attached = await attach(facts.interfaceName, watch.value, until);
    if (!attached.ok) return attached;
    this.#tun = attached.value;
    await onStep('attached');
    const isActivated = await activated(watch.value, until);
    if (!isActivated.ok) return isActivated;
    this.#isActivated = true;
    await onStep('activated');
    return attached;
  }

  #explained(failure: NetworkFailure): NetworkFailure {
    if (this.#options.calledOff.aborted) return setupFailed('called off');
    const isPlain = failure.kind === 'network-setup-failed';
    return isPlain && this.sawManagerEnd ? setupFailed('NetworkManager has ended') : failure;
  }

  /** With UUIDs of its own each time, which the journal knows before NetworkManager does. */
  async #activate(until: AbortSignal): Promise<Result<ActivationWatch, BusProblem>> {
    const { facts, journal, onStep } = this.#options;
    const manager = this.#options.manager.until(until);
    const uuid = randomUUID();
    const base = new BaseProfile(facts);
    this.#base = base;
    this.#entry = { ...this.#entry, networkManager: { uuid, baseUuid: base.uuid } };
    await journal.write(this.#entry);
    await onStep('claimed');
    const activation = await addTunnel(manager, tunnelProfile({ ...facts, uuid }), base, onStep);
    this.#isUnanswered = !activation.ok && activation.error.kind !== 'error-reply';
    if (!activation.ok) return activation;
    this.#uuid = uuid;
    return ActivationWatch.begin(manager, activation.value);
  }

  async #goOn(): Promise<void> {
    const result = await this.#afterRestart().catch((error: unknown) => err(setupFailed(String(error))));
    if (result.ok || this.#down !== undefined) return;
    // Half a network is none: it can neither be used nor held.
    this.#tun?.close();
    const { error } = result;
    this.#lost(
      error.kind === 'network-setup-failed' ? error.detail : `NetworkManager refuses (${error.missing})`,
    );
  }

  /** NetworkManager keeps the device over a restart of its own, with all that belongs to it. Where it does not, it gets all anew. */
  async #afterRestart(): Promise<Result<void, NetworkFailure>> {
    const until = this.#ending.signal;
    const manager = this.#options.manager.until(until);
    const before = this.#uuid;
    for (let attempt = 0; attempt < RETURN_ATTEMPTS; attempt += 1) {
      if (this.#down !== undefined || before === undefined || this.#uuid !== before) return ok(undefined);
      // Asked first: what it takes over it has taken over by then. It has its name on the bus before anything else.
      const starting = await manager.isStarting();
      const active = await manager.findActive(before);
      if (active.ok && active.value !== undefined) return ok(undefined);
      if (starting.ok && !starting.value) break;
      await wait(RETURN_INTERVAL);
    }
    if (this.#down !== undefined) return ok(undefined);
    const watch = await this.#activate(until);
    return watch.ok ? activated(watch.value, until) : err(failureOf(watch.error));
  }

  /** Idempotent. */
  takeDown(): Promise<void> {
    this.#down ??= this.#takeDown();
    return this.#down;
  }

  async #takeDown(): Promise<void> {
    const { manager, journal, facts, run } = this.#options;
    this.#stopWatching();
    this.#ending.abort();
    // One that hangs undoes it all when it goes on, but for the base profile: our end of the bus is gone then.
    const late = AbortSignal.timeout(UNDO_DEADLINE);
    await Promise.all([
      this.#uuid === undefined ? undefined : deactivate(manager.until(late), this.#uuid, late),
      this.#base?.remove(manager.until(late)),
    ]);
    this.#tun?.close();
    // One that nobody attached to is not removed by itself.
    if (this.#tun === undefined) removeLeftDevice(facts.interfaceName);
    manager.close();
    const free = await isWhollyFree(facts.routing.slot, run);
    try {
      const mayBeLeft = (free.ok && !free.value) || this.#isUnanswered || this.#base?.mayBeThere === true;
      await (mayBeLeft ? journal.abandon(this.#entry) : journal.remove());
    } catch {
      // The state folder is gone or full: the file that is there still names this process, and does once it has ended.
    }
  }
}

function failureOf(problem: BusProblem): NetworkFailure {
  const detail = problem.kind === 'error-reply' ? `${problem.name}: ${problem.detail}` : problem.detail;
  if (/unmanaged/.test(detail)) return { kind: 'device-not-permitted', missing: 'managed-device' };
  if (problem.kind === 'error-reply' && /PermissionDenied|NotAuthorized|AccessDenied/.test(problem.name)) {
    return { kind: 'device-not-permitted', missing: 'network-manager-permission' };
  }
  return setupFailed(detail);
}
