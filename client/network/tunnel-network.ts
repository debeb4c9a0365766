import type { TunDevice } from '../../datapath/tun-device.ts';
import type { FailureCause } from '../../shared/connection.ts';
import type { Result } from '../../shared/result.ts';
import type { NetworkPlan } from './plan.ts';

export type NetworkFailure = Extract<
  FailureCause,
  { kind: 'device-not-permitted' } | { kind: 'network-setup-failed' }
>;

/** A way to give this machine a tunnel's device, addresses, routes and DNS. */
export interface TunnelNetwork {
  /** All of the plan or nothing: after a failure everything is as before. */
  bringUp(plan: NetworkPlan): Promise<Result<NetworkUp, NetworkFailure>>;
  /** Undoes what processes that died left behind. A sentence for each thing that was mended or could not be. */
  recover(): Promise<string[]>;
}

export interface NetworkUp {
  /** Its name may differ from the plan's. Closed by takeDown. */
  readonly tun: TunDevice;
  /** Idempotent, ends within a second. What could not be undone is kept for recover(). */
  takeDown(): Promise<void>;
}
