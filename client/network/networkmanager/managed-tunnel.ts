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
  setupFailed,
} from './activation.ts';
import { type ProfileFacts, tunnelProfile } from './connection-profile.ts';
import { ActiveState, type Activation, type NetworkManager } from './network-manager.ts';
import { removeLeftDevice } from './left-device.ts';

/** Milliseconds that taking down waits for NetworkManager. */
const DEACTIVATED_DEADLINE = 700;
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

interface Tenancy {
  readonly uuid: string;
  readonly activation: Activation;
  readonly watch: ActivationWatch;
}

/** What one tunnel has of NetworkManager, and how to give it back. */
export class ManagedTunnel {
  readonly #options: ManagedTunnelOptions;
  #entry: Changes;
  #tenancy: Tenancy | undefined;
  #tun: TunDevice | undefined;
  #sawManagerEnd = false;
  #stopWatching: () => void = () => {};
  #lost: (detail: string) => void = () => {};
  #down: Promise<void> | undefined;

  constructor(options: ManagedTunnelOptions) {
    this.#options = options;
    this.#entry = { interfaceName: options.facts.interfaceName, routing: options.facts.routing };
  }

  /** NetworkManager ended since the beginning: what failed may go well with the next one. */
  get sawManagerEnd(): boolean {
    return this.#sawManagerEnd;
  }

  /** All of it or nothing. */
  async bringUp(): Promise<Result<NetworkUp, NetworkFailure>> {
    const result = await this.#bringUp().catch((error: unknown) => err(setupFailed(String(error))));
    if (!result.ok) {
      await this.takeDown();
      return result;
    }
    const onLost = (listener: (detail: string) => void): void => {
      this.#lost = listener;
    };
    return ok({ tun: result.value, takeDown: () => this.takeDown(), onLost });
  }

  async #bringUp(): Promise<Result<TunDevice, NetworkFailure>> {
    const { facts, manager, onStep, calledOff } = this.#options;
    const watching = await manager.onRunning((isRunning) => {
      if (!isRunning) this.#sawManagerEnd = true;
      else if (this.#tun !== undefined) void this.#goOn();
    });
    if (!watching.ok) return err(failureOf(watching.error));
    this.#stopWatching = watching.value;
    const tenancy = await this.#activate();
    if (!tenancy.ok) return err(failureOf(tenancy.error));
    await onStep('activating');
    const attached = await attach(facts.interfaceName, tenancy.value.watch, calledOff);
    if (!attached.ok) return attached;
    this.#tun = attached.value;
    await onStep('attached');
    const isActivated = await activated(tenancy.value.watch, calledOff);
    if (!isActivated.ok) return isActivated;
    await onStep('activated');
    return attached;
  }

  /** With a UUID of its own each time, which the journal knows before NetworkManager does. */
  async #activate(): Promise<Result<Tenancy, BusProblem>> {
    const { facts, manager, journal, onStep } = this.#options;
    const uuid = randomUUID();
    this.#entry = { ...this.#entry, networkManager: { uuid } };
    await journal.write(this.#entry);
    await onStep('claimed');
    const profile = tunnelProfile({ ...facts, uuid });
    const baseUuid = randomUUID();
    const base = tunnelProfile({ ...facts, uuid: baseUuid });
    const activation = await addTunnel(manager, { profile, base, baseUuid }, onStep);
    if (!activation.ok) return activation;
    const watch = await ActivationWatch.begin(manager, activation.value.active);
    if (!watch.ok) return watch;
    this.#tenancy = { uuid, activation: activation.value, watch: watch.value };
    return ok(this.#tenancy);
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
    const { manager } = this.#options;
    const before = this.#tenancy;
    for (let attempt = 0; attempt < RETURN_ATTEMPTS; attempt += 1) {
      if (this.#down !== undefined || before === undefined || this.#tenancy !== before) return ok(undefined);
      // Asked first: what it takes over it has taken over by then. It has its name on the bus before anything else.
      const starting = await manager.isStarting();
      const active = await manager.findActive(before.uuid);
      if (active.ok && active.value !== undefined) {
        const watch = await ActivationWatch.begin(manager, active.value);
        if (!watch.ok) return err(failureOf(watch.error));
        before.watch.stop();
        this.#tenancy = {
          ...before,
          activation: { ...before.activation, active: active.value },
          watch: watch.value,
        };
        return ok(undefined);
      }
      if (starting.ok && !starting.value) break;
      await wait(RETURN_INTERVAL);
    }
    if (this.#down !== undefined) return ok(undefined);
    const tenancy = await this.#activate();
    return tenancy.ok ? activated(tenancy.value.watch) : err(failureOf(tenancy.error));
  }

  /** Idempotent. */
  takeDown(): Promise<void> {
    this.#down ??= this.#takeDown();
    return this.#down;
  }

  async #takeDown(): Promise<void> {
    const { manager, journal, facts, run } = this.#options;
    this.#stopWatching();
    const tenancy = this.#tenancy;
    if (tenancy !== undefined) {
      // One that hangs undoes it all when it goes on: our end of the bus is gone then.
      const asked = await manager.deactivate(tenancy.activation.active, DEACTIVATED_DEADLINE);
      if (asked.ok) await tenancy.watch.reached(ActiveState.deactivated, DEACTIVATED_DEADLINE);
      tenancy.watch.stop();
    }
    this.#tun?.close();
    // One that nobody attached to is not removed by itself.
    if (this.#tun === undefined) removeLeftDevice(facts.interfaceName);
    manager.close();
    const free = await isWhollyFree(facts.routing.slot, run);
    try {
      await (free.ok && !free.value ? journal.abandon(this.#entry) : journal.remove());
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
