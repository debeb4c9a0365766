import type { TunDevice } from '../../datapath/tun-device.ts';
import type { DnsUse, FailureCause } from '../../shared/connection.ts';
import { type Result, err } from '../../shared/result.ts';
import type { NetworkPlan } from './plan.ts';

export type NetworkFailure = Extract<
  FailureCause,
  { kind: 'device-not-permitted' } | { kind: 'network-setup-failed' }
>;

/** A way to give this machine a tunnel's device, addresses, routes and DNS. */
export interface TunnelNetwork {
  /** Whether bringUp may succeed, cheaply and without changing anything: asked before a one-time code is spent. */
  check(): Promise<Result<void, NetworkFailure>>;
  /**
   * All of the plan or nothing: after a failure everything is as before. What check() asks is asked anew. `calledOff`:
   * whoever wanted it has gone, so what takes long fails at once.
   */
  bringUp(plan: NetworkPlan, calledOff: AbortSignal): Promise<Result<NetworkUp, NetworkFailure>>;
  /**
   * Undoes what processes that died left behind. A sentence for each thing that was mended or could not be. Once it is
   * called off nothing more is begun, and nobody is waited for: what is left then is left to the next time.
   */
  recover(calledOff?: AbortSignal): Promise<string[]>;
}

export interface NetworkUp {
  /** Its name may differ from the plan's. Closed by takeDown. */
  readonly tun: TunDevice;
  /** The plan's IPv6 was left out: this machine has it switched off. */
  readonly lacksIpv6?: boolean;
  /** What the plan's DNS servers are asked. Undefined where it has none. */
  readonly dnsUse?: DnsUse | undefined;
  /**
   * Its addresses, routes or DNS are gone although the device stands: what should go through it goes past it. At most
   * once; a new listener replaces the old; takeDown() is still the caller's. Left out: that cannot happen.
   */
  readonly onLost?: (listener: (detail: string) => void) => void;
  /** Idempotent, ends within a second. What could not be undone is kept for recover(). */
  takeDown(): Promise<void>;
}

/** `network` is undefined where there is no way to have a device at all. */
export async function checkNetwork(
  network: TunnelNetwork | undefined,
): Promise<Result<void, NetworkFailure>> {
  return network?.check() ?? err({ kind: 'device-not-permitted', missing: 'platform' });
}
