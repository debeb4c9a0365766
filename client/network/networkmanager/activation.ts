import { setTimeout as wait } from 'node:timers/promises';
import { openTunDevice } from '../../../datapath/open-tun-device.ts';
import type { TunDevice } from '../../../datapath/tun-device.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { BusProblem } from '../../dbus/message-bus.ts';
import type { NetworkFailure } from '../tunnel-network.ts';
import type { BaseProfile } from './base-profile.ts';
import type { ProfileSettings } from './connection-profile.ts';
import { ActiveState, type NetworkManager, type StateChange } from './network-manager.ts';
import { deviceNames } from './own-devices.ts';

/** Milliseconds. */
const ATTACH_INTERVAL = 10;

/** What has just been done, so that tests can stop there. */
export type ActivationStep = 'claimed' | 'profile-added' | 'activating' | 'attached' | 'activated';

/** Has NetworkManager make the device and all that goes with it. Gives the activation's object path. */
export async function addTunnel(
  manager: NetworkManager,
  profile: ProfileSettings,
  base: BaseProfile,
  onStep: (step: ActivationStep) => Promise<void>,
): Promise<Result<string, BusProblem>> {
  const direct = await manager.addAndActivate(profile);
  if (direct.ok || !isUnknownDevice(direct.error)) return direct;
  const added = await base.add(manager);
  if (!added.ok) return added;
  await onStep('profile-added');
  try {
    return await manager.addAndActivate(profile);
  } finally {
    await base.remove(manager);
  }
}

function isUnknownDevice(problem: BusProblem): boolean {
  return problem.kind === 'error-reply' && problem.name.endsWith('.UnknownDevice');
}

/** Follows an activation's state from before the first look at it, so that no change is missed. */
export class ActivationWatch {
  /** Milliseconds that the activation is worth waiting for. */
  readonly patience: number;
  readonly #waiting = new Set<() => void>();
  #stop: () => void = () => {};
  #last: StateChange = { state: 0, reason: 0 };

  private constructor(patience: number) {
    this.patience = patience;
  }

  static async begin(manager: NetworkManager, active: string): Promise<Result<ActivationWatch, BusProblem>> {
    const watch = new ActivationWatch(manager.patience);
    const listening = await manager.onActiveState(active, (change) => watch.#set(change));
    if (!listening.ok) return listening;
    watch.#stop = listening.value;
    const state = await manager.activeState(active);
    // Gone already: there is nothing to ask any more.
    watch.#set({ state: state.ok ? state.value : ActiveState.deactivated, reason: 0 });
    return ok(watch);
  }

  get last(): StateChange {
    return this.#last;
  }

  get hasEnded(): boolean {
    return this.#last.state >= ActiveState.deactivating;
  }

  /** Resolves when the state is at least that, or when it is given up. */
  async reached(state: number, until: AbortSignal): Promise<boolean> {
    while (this.#last.state < state && !until.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          until.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        until.addEventListener('abort', done);
      });
    }
    return this.#last.state >= state;
  }

  stop(): void {
    this.#stop();
  }

  #set(change: StateChange): void {
    if (change.state < this.#last.state) return;
    this.#last = change;
    for (const each of this.#waiting) each();
  }
}

/** NetworkManager makes the device a few milliseconds after its answer, and does not say when. */
export async function attach(
  name: string,
  watch: ActivationWatch,
  until: AbortSignal,
): Promise<Result<TunDevice, NetworkFailure>> {
  const late = AbortSignal.timeout(watch.patience);
  for (;;) {
    if (until.aborted) return err(setupFailed('given up'));
    // Root would make a device of its own.
    if (deviceNames().has(name)) {
      const opened = openTunDevice(name, { offload: 'tcp-udp', removeAtClose: true });
      // Its owner is set a moment after it was made.
      if (opened.ok || opened.error.kind !== 'device-not-permitted') return asNetworkFailure(opened);
    }
    if (watch.hasEnded)
      return err(setupFailed(`NetworkManager gave up ${name} (reason ${watch.last.reason})`));
    if (late.aborted) return err(setupFailed(`NetworkManager made no device ${name} for this user`));
    await wait(ATTACH_INTERVAL);
  }
}

function asNetworkFailure(opened: ReturnType<typeof openTunDevice>): Result<TunDevice, NetworkFailure> {
  if (opened.ok) return opened;
  return err(
    opened.error.kind === 'device-exists' ? setupFailed(`${opened.error.name} is taken`) : opened.error,
  );
}

/** Addresses, routes, rules and DNS are set. */
export async function activated(
  watch: ActivationWatch,
  until: AbortSignal,
): Promise<Result<void, NetworkFailure>> {
  await watch.reached(ActiveState.activated, AbortSignal.any([AbortSignal.timeout(watch.patience), until]));
  if (until.aborted) return err(setupFailed('given up'));
  const { state, reason } = watch.last;
  if (state === ActiveState.activated) return ok(undefined);
  return err(
    setupFailed(`NetworkManager did not activate the connection (state ${state}, reason ${reason})`),
  );
}

/**
 * Takes down what the profile of this UUID has. It is looked for by that: a NetworkManager that was started again may have
 * given the old object path to somebody else's connection.
 */
export async function deactivate(manager: NetworkManager, uuid: string, until: AbortSignal): Promise<void> {
  const active = await manager.findActive(uuid);
  if (!active.ok || active.value === undefined) return;
  const watch = await ActivationWatch.begin(manager, active.value);
  if (!watch.ok) return;
  const asked = await manager.deactivate(active.value);
  if (asked.ok) await watch.value.reached(ActiveState.deactivated, until);
  watch.value.stop();
}

export function setupFailed(detail: string): NetworkFailure {
  return { kind: 'network-setup-failed', step: 'NetworkManager', detail };
}
