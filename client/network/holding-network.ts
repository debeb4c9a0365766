import { isDeepStrictEqual } from 'node:util';
import { drainDevice } from '../../datapath/drain-device.ts';
import { ok, type Result } from '../../shared/result.ts';
import { BlockingFlag } from './blocking-flag.ts';
import type { NetworkPlan } from './plan.ts';
import type { NetworkFailure, NetworkUp, TunnelNetwork } from './tunnel-network.ts';

export interface HoldableUp extends NetworkUp {
  /** Instead of takeDown: device, routes and DNS stay, and what goes into the device goes nowhere. */
  hold(): void;
}

/**
 * A network that can outlive its tunnel, so that between two of them nothing leaves past them (the kill switch). At
 * most one is held at a time. It works because somebody has the device open: when this process dies, the kernel
 * removes the device, and traffic passes.
 */
export interface HoldingNetwork extends TunnelNetwork {
  /**
   * Takes over what is held when it fits the plan; else what is held goes once the new one stands, so that there is
   * no gap. After a failure it is still held.
   */
  bringUp(plan: NetworkPlan, calledOff: AbortSignal): Promise<Result<HoldableUp, NetworkFailure>>;
  /** A network is held, and nobody carries its packets. */
  readonly isBlocking: boolean;
  /** Called after each change of `isBlocking`. */
  onBlocking(listener: (isBlocking: boolean) => void): () => void;
  /** Empties the queue of what is held; finds out whether somebody has deleted the device. */
  verify(): void;
  /** Takes down what is held: traffic passes again. Ends within a second. */
  release(): Promise<void>;
}

export function holdingNetwork(network: TunnelNetwork): HoldingNetwork {
  return new Holder(network);
}

interface Held {
  readonly plan: NetworkPlan;
  readonly up: NetworkUp;
}

class Holder implements HoldingNetwork {
  readonly #network: TunnelNetwork;
  readonly #blocking = new BlockingFlag();
  #held: Held | undefined;
  /** What was held before is taken down. */
  #releasing: Promise<void> = Promise.resolve();

  constructor(network: TunnelNetwork) {
    this.#network = network;
  }

  get isBlocking(): boolean {
    return this.#blocking.value;
  }

  check(): Promise<Result<void, NetworkFailure>> {
    return this.#network.check();
  }

  recover(calledOff?: AbortSignal): Promise<string[]> {
    return this.#network.recover(calledOff);
  }

  async bringUp(plan: NetworkPlan, calledOff: AbortSignal): Promise<Result<HoldableUp, NetworkFailure>> {
    // What is being taken down cannot be taken over.
    await this.#releasing;
    this.verify();
    const held = this.#held;
    if (held !== undefined && fits(held.plan, plan)) {
      this.#setHeld(undefined);
      return ok(this.#holdable(plan, held.up));
    }
    const brought = await this.#network.bringUp(plan, calledOff);
    if (!brought.ok) return brought;
    await this.release();
    return ok(this.#holdable(plan, brought.value));
  }

  onBlocking(listener: (isBlocking: boolean) => void): () => void {
    return this.#blocking.onChange(listener);
  }

  verify(): void {
    const held = this.#held;
    if (held !== undefined && drainDevice(held.up.tun) === 'gone') this.#forget(held);
  }

  async release(): Promise<void> {
    const held = this.#held;
    if (held !== undefined) {
      this.#releasing = held.up.takeDown();
      await this.#releasing;
      if (this.#held === held) this.#setHeld(undefined);
    }
    await this.#releasing;
  }

  #holdable(plan: NetworkPlan, up: NetworkUp): HoldableUp {
    return {
      ...up,
      tun: up.tun,
      takeDown: () => up.takeDown(),
      hold: () => this.#hold({ plan, up }),
    };
  }

  #hold(held: Held): void {
    this.#setHeld(held);
    held.up.onLost?.(() => {
      if (this.#held === held) this.#forget(held);
    });
    this.verify();
  }

  /** Its device was deleted, or its routes were: traffic passes. */
  #forget(held: Held): void {
    this.#releasing = held.up.takeDown();
    this.#setHeld(undefined);
  }

  #setHeld(held: Held | undefined): void {
    this.#held = held;
    this.#blocking.set(held !== undefined);
  }
}

/** The name is only a wish. */
function fits(held: NetworkPlan, plan: NetworkPlan): boolean {
  return isDeepStrictEqual({ ...held, interfaceName: '' }, { ...plan, interfaceName: '' });
}
