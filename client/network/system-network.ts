import { type Result, err } from '../../shared/result.ts';
import { systemBusAddress } from '../dbus/system-bus-address.ts';
import { createIproute2Network } from './iproute2-network.ts';
import type { NetworkFailure, TunnelNetwork } from './tunnel-network.ts';

/** The ways to a device, best first. */
export const NETWORK_WAYS = ['network-manager', 'iproute2'] as const;
export type NetworkWay = (typeof NETWORK_WAYS)[number];

export type NetworksByWay = Readonly<Record<NetworkWay, TunnelNetwork>>;

/**
 * The best way that this machine allows: NetworkManager, which needs no privilege and keeps DNS where it manages DNS (so
 * for root too); else `ip` with root or CAP_NET_ADMIN. `stateFolder` holds the journals of both.
 */
export function createSystemNetwork(options: { readonly stateFolder: string }): TunnelNetwork {
  return chooseNetwork(systemNetworks(options.stateFolder));
}

export function systemNetworks(stateFolder: string): NetworksByWay {
  return {
    'network-manager': lazyNetworkManager(stateFolder),
    iproute2: createIproute2Network({ stateFolder }),
  };
}

/** D-Bus is loaded when it is first needed, and where there is a system bus alone: a server's command starts without it. */
function lazyNetworkManager(stateFolder: string): TunnelNetwork {
  let loaded: Promise<TunnelNetwork> | undefined;
  const load = (): Promise<TunnelNetwork> => {
    loaded ??= import('./networkmanager/network-manager-network.ts').then((module) =>
      module.createNetworkManagerNetwork({ stateFolder }),
    );
    return loaded;
  };
  const absent: NetworkFailure = { kind: 'device-not-permitted', missing: 'privilege' };
  return {
    check: async () => (systemBusAddress() === undefined ? err(absent) : (await load()).check()),
    bringUp: async (plan, calledOff) =>
      systemBusAddress() === undefined ? err(absent) : (await load()).bringUp(plan, calledOff),
    recover: async (calledOff) => (systemBusAddress() === undefined ? [] : (await load()).recover(calledOff)),
  };
}

/** One network of several. */
export function chooseNetwork(networks: NetworksByWay): TunnelNetwork {
  return {
    check: () => firstPermitted(networks, (network) => network.check()),
    // Without asking first: only by doing it NetworkManager finds out that it was told to leave such devices alone.
    bringUp: (plan, calledOff) => firstPermitted(networks, (network) => network.bringUp(plan, calledOff)),
    recover: async (calledOff) => {
      const sentences: string[] = [];
      for (const way of NETWORK_WAYS) {
        if (calledOff?.aborted !== true) sentences.push(...(await networks[way].recover(calledOff)));
      }
      return sentences;
    },
  };
}

/** Of the first way that is open. Where none is, the failure says what the most likely one lacks. */
async function firstPermitted<T>(
  networks: NetworksByWay,
  ask: (network: TunnelNetwork) => Promise<Result<T, NetworkFailure>>,
): Promise<Result<T, NetworkFailure>> {
  const failures: NetworkFailure[] = [];
  for (const way of NETWORK_WAYS) {
    const answer = await ask(networks[way]);
    if (answer.ok || answer.error.kind !== 'device-not-permitted') return answer;
    failures.push(answer.error);
  }
  return err(mostTelling(failures));
}

/** What NetworkManager said of itself says more than that this user is not root. */
function mostTelling(failures: readonly NetworkFailure[]): NetworkFailure {
  const [first, ...others] = failures;
  const isPlain = (failure: NetworkFailure): boolean =>
    failure.kind === 'device-not-permitted' && failure.missing === 'privilege';
  const told = failures.find((failure) => !isPlain(failure)) ?? others.at(-1) ?? first;
  return told ?? { kind: 'device-not-permitted', missing: 'platform' };
}
