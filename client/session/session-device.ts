import type { FailureCause } from '../../shared/connection.ts';
import type { Result } from '../../shared/result.ts';
import type { HoldableUp, HoldingNetwork } from '../network/holding-network.ts';
import type { NetworkPlan } from '../network/plan.ts';
import type { NetworkFailure } from '../network/tunnel-network.ts';

export interface SessionDeviceOptions {
  readonly network: HoldingNetwork;
  readonly plan: NetworkPlan;
  /** As in `TunnelNetwork.bringUp`. */
  readonly calledOff: AbortSignal;
  /** Somebody has removed the device or its routes. */
  readonly onLost: (cause: FailureCause) => void;
}

export interface SessionDeviceEnd {
  /** The profile wants traffic blocked when the tunnel drops. */
  readonly blocks: boolean;
  /** By a failure, not by the user. */
  readonly hasFailed: boolean;
  readonly wasConnected: boolean;
}

/** What one session has of this machine: a device with its routes and DNS. Its making begins with it. */
export class SessionDevice {
  readonly #bringingUp: Promise<Result<HoldableUp, NetworkFailure>>;
  readonly #onLost: (cause: FailureCause) => void;
  readonly #wasBlocking: boolean;

  constructor({ network, plan, calledOff, onLost }: SessionDeviceOptions) {
    this.#wasBlocking = network.isBlocking;
    this.#onLost = onLost;
    this.#bringingUp = network.bringUp(plan, calledOff);
  }

  async made(): Promise<Result<HoldableUp, NetworkFailure>> {
    const up = await this.#bringingUp;
    if (!up.ok) return up;
    const lost = (step: string, detail: string): void =>
      this.#onLost({ kind: 'network-setup-failed', step, detail });
    up.value.tun.onGone(() => lost('device', 'the network device was removed'));
    up.value.onLost?.((detail) => lost('NetworkManager', detail));
    return up;
  }

  /**
   * Taken down, or held so that nothing leaves past it: that is for a tunnel that drops, and for one that was to end a
   * block and came to nothing. A first attempt that fails has dropped no tunnel. Waits for what is still being made.
   */
  async leave({ blocks, hasFailed, wasConnected }: SessionDeviceEnd): Promise<void> {
    const up = await this.#bringingUp;
    if (!up.ok) return;
    if (blocks && hasFailed && (wasConnected || this.#wasBlocking)) up.value.hold();
    else await up.value.takeDown();
  }
}
