import { err, type Result } from '../../shared/result.ts';
import { BlockingFlag } from '../network/blocking-flag.ts';
import type { HoldingNetwork } from '../network/holding-network.ts';
import type { NetworkFailure } from '../network/tunnel-network.ts';

/** What the process where devices and routes are made can be asked. */
export interface RemoteNetworkHost {
  check(): Promise<Result<void, NetworkFailure>>;
  recover(calledOff?: AbortSignal): Promise<string[]>;
  verify(): void;
  release(): Promise<void>;
}

const MADE_ELSEWHERE = {
  kind: 'network-setup-failed',
  step: 'device',
  detail: 'Devices are made in the tunnel process alone',
} as const;

/** Devices and routes are made where the sessions run; from here only what is left of them is mended or released. */
export class RemoteNetwork implements HoldingNetwork {
  readonly #blocking = new BlockingFlag();
  /** Starts the process when it is not there; undefined when the program is about to end. */
  readonly #start: () => RemoteNetworkHost | undefined;
  readonly #running: () => RemoteNetworkHost | undefined;

  constructor(start: () => RemoteNetworkHost | undefined, running: () => RemoteNetworkHost | undefined) {
    this.#start = start;
    this.#running = running;
  }

  get isBlocking(): boolean {
    return this.#blocking.value;
  }

  /** As the process says; false as soon as it is gone, for its devices went with it. */
  setBlocking(isBlocking: boolean): void {
    this.#blocking.set(isBlocking);
  }

  onBlocking(listener: (isBlocking: boolean) => void): () => void {
    return this.#blocking.onChange(listener);
  }

  async check(): Promise<Result<void, NetworkFailure>> {
    return this.#start()?.check() ?? err(noTunnelProcess('The program is about to end'));
  }

  bringUp(): Promise<Result<never, NetworkFailure>> {
    return Promise.resolve(err(MADE_ELSEWHERE));
  }

  async recover(calledOff?: AbortSignal): Promise<string[]> {
    return (await this.#start()?.recover(calledOff)) ?? [];
  }

  verify(): void {
    if (this.isBlocking) this.#running()?.verify();
  }

  async release(): Promise<void> {
    await this.#running()?.release();
  }
}

export function noTunnelProcess(detail: string): NetworkFailure {
  return { kind: 'network-setup-failed', step: 'tunnel process', detail };
}
