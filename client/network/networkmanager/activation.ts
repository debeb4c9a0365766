import { setTimeout as wait } from 'node:timers/promises';
import { type TunDevice, openTunDevice } from '../../../datapath/tun-device.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { BusProblem } from '../../dbus/message-bus.ts';
import type { NetworkFailure } from '../tunnel-network.ts';
import type { ProfileSettings } from './connection-profile.ts';
import { type Activation, ActiveState, type NetworkManager, type StateChange } from './network-manager.ts';
import { deviceNames } from './own-devices.ts';

/** Milliseconds. */
const ATTACH_DEADLINE = 5_000;
const ATTACH_INTERVAL = 10;
const ACTIVATED_DEADLINE = 15_000;

/** What has just been done, so that tests can stop there. */
export type ActivationStep = 'claimed' | 'profile-added' | 'activating' | 'attached' | 'activated';

export interface ActivationWish {
  readonly profile: ProfileSettings;
  /** The same under another UUID. */
  readonly base: ProfileSettings;
  readonly baseUuid: string;
}

/** Has NetworkManager make the device and all that goes with it. */
export async function addTunnel(
  manager: NetworkManager,
  { profile, base, baseUuid }: ActivationWish,
  onStep: (step: ActivationStep) => Promise<void>,
): Promise<Result<Activation, BusProblem>> {
  const direct = await manager.addAndActivate(profile);
  if (direct.ok || !isUnknownDevice(direct.error)) return direct;
  // Before 1.52 NetworkManager made no device for a new profile; a profile that is there already gives it one.
  const added = await manager.addInMemory(base);
  if (!added.ok) return added;
  await onStep('profile-added');
  try {
    return await manager.addAndActivate(profile);
  } finally {
    // Its path is another one when NetworkManager was started again meanwhile.
    await manager.deleteProfileOf(baseUuid);
  }
}

function isUnknownDevice(problem: BusProblem): boolean {
  return problem.kind === 'error-reply' && problem.name.endsWith('.UnknownDevice');
}

/** Follows an activation's state from before the first look at it, so that no change is missed. */
export class ActivationWatch {
  readonly #waiting = new Set<() => void>();
  #stop: () => void = () => {};
  #last: StateChange = { state: 0, reason: 0 };

  private constructor() {}

  static async begin(manager: NetworkManager, active: string): Promise<Result<ActivationWatch, BusProblem>> {
    const watch = new ActivationWatch();
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

  /** Resolves when the state is at least that, after so many milliseconds, or when it is called off. */
  async reached(state: number, milliseconds: number, calledOff?: AbortSignal): Promise<boolean> {
    const timeout = AbortSignal.timeout(milliseconds);
    const late = calledOff === undefined ? timeout : AbortSignal.any([timeout, calledOff]);
    while (this.#last.state < state && !late.aborted) {
      await new Promise<void>((resolve) => {
        const done = (): void => {
          this.#waiting.delete(done);
          late.removeEventListener('abort', done);
          resolve();
        };
        this.#waiting.add(done);
        late.addEventListener('abort', done);
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
  calledOff?: AbortSignal,
): Promise<Result<TunDevice, NetworkFailure>> {
  const late = AbortSignal.timeout(ATTACH_DEADLINE);
  for (;;) {
    if (calledOff?.aborted === true) return err(setupFailed('called off'));
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
  calledOff?: AbortSignal,
): Promise<Result<void, NetworkFailure>> {
  await watch.reached(ActiveState.activated, ACTIVATED_DEADLINE, calledOff);
  if (calledOff?.aborted === true) return err(setupFailed('called off'));
  const { state, reason } = watch.last;
  if (state === ActiveState.activated) return ok(undefined);
  return err(
    setupFailed(`NetworkManager did not activate the connection (state ${state}, reason ${reason})`),
  );
}

export function setupFailed(detail: string): NetworkFailure {
  return { kind: 'network-setup-failed', step: 'NetworkManager', detail };
}
