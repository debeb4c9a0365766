import { userInfo } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { DeviceNeed } from '../../../shared/connection.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import { type CommandRunner, runCommand } from '../command-runner.ts';
import { checkDevice } from '../permission.ts';
import type { NetworkPlan } from '../plan.ts';
import { deviceHasIpv6, hasIpv6 } from '../kernel-ipv6.ts';
import { routingState } from '../policy-routing.ts';
import { ownIdentity } from '../process-identity.ts';
import { claimSlot } from '../routing-slot.ts';
import type { NetworkFailure, NetworkUp, TunnelNetwork } from '../tunnel-network.ts';
import { type ActivationStep, setupFailed } from './activation.ts';
import { recoverManaged } from './leftovers.ts';
import { ManagedTunnel } from './managed-tunnel.ts';
import { NetworkManager } from './network-manager.ts';
import { leavesDnsAlone, managedDns } from './managed-dns.ts';
import { deviceNames, isOwnNetwork } from './own-devices.ts';

/** Milliseconds. */
const RETURN_INTERVAL = 100;
const RETURN_ATTEMPTS = 150;
/** What NetworkManager has not undone by then stays for the next time. */
const RECOVER_DEADLINE = 30_000;

export interface NetworkManagerOptions {
  /** Holds the journals. */
  readonly stateFolder: string;
  readonly run?: CommandRunner;
  /** Waited for between two steps: tests stop there. */
  readonly onStep?: (step: ActivationStep) => Promise<void>;
  /** Milliseconds that are worth waiting for NetworkManager. */
  readonly patience?: number;
}

/**
 * Sets the tunnel up by NetworkManager, which makes the device, gives it to this user and keeps routes and DNS. Needs
 * neither root nor a capability, but polkit's consent: users at the machine's own screen have it.
 */
export function createNetworkManagerNetwork(options: NetworkManagerOptions): TunnelNetwork {
  return {
    check: async () => {
      const opened = await NetworkManager.open(options.patience);
      if (!opened.ok) return err(lacking('privilege'));
      const missing = await findMissing(opened.value);
      opened.value.close();
      return missing === undefined ? checkDevice() : err(lacking(missing));
    },
    bringUp: (plan, calledOff) => bringUp(plan, options, calledOff),
    recover: (calledOff) => {
      const late = AbortSignal.timeout(RECOVER_DEADLINE);
      return recover(options, calledOff === undefined ? late : AbortSignal.any([late, calledOff]));
    },
  };
}

function lacking(missing: DeviceNeed): NetworkFailure {
  return { kind: 'device-not-permitted', missing };
}

async function findMissing(manager: NetworkManager): Promise<DeviceNeed | undefined> {
  const [permitted, devices, dnsMode] = await Promise.all([
    manager.isPermitted(),
    manager.devices(),
    manager.dnsMode(),
  ]);
  if (!devices.ok || !isOwnNetwork(devices.value)) return 'privilege';
  if (!permitted.ok || !permitted.value) return 'network-manager-permission';
  // Root can set DNS without it.
  return process.geteuid?.() === 0 && dnsMode.ok && leavesDnsAlone(dnsMode.value) ? 'privilege' : undefined;
}

/** Once more where NetworkManager ended in the middle of it and came back, as it does for an update. */
async function bringUp(
  plan: NetworkPlan,
  options: NetworkManagerOptions,
  calledOff: AbortSignal,
): Promise<Result<NetworkUp, NetworkFailure>> {
  const first = await attempt(plan, options, calledOff);
  if (first.up.ok || !first.sawManagerEnd || !(await returned(calledOff))) return first.up;
  await recover(options, calledOff);
  return (await attempt(plan, options, calledOff)).up;
}

async function returned(calledOff: AbortSignal): Promise<boolean> {
  for (let asked = 0; asked < RETURN_ATTEMPTS && !calledOff.aborted; asked += 1) {
    const opened = await NetworkManager.open();
    if (opened.ok) {
      const starting = await opened.value.until(calledOff).isStarting();
      opened.value.close();
      if (starting.ok && !starting.value) return true;
    }
    await wait(RETURN_INTERVAL);
  }
  return false;
}

interface Attempt {
  readonly up: Result<NetworkUp, NetworkFailure>;
  readonly sawManagerEnd: boolean;
}

async function attempt(
  plan: NetworkPlan,
  { stateFolder, run = runCommand, onStep = async () => {}, patience }: NetworkManagerOptions,
  calledOff: AbortSignal,
): Promise<Attempt> {
  const opened = await NetworkManager.open(patience);
  if (!opened.ok) return { up: err(lacking('privilege')), sawManagerEnd: false };
  const manager = opened.value;
  const asked = manager.until(calledOff);
  const [missing, version, dnsMode] = await Promise.all([
    findMissing(asked),
    asked.version(),
    asked.dnsMode(),
  ]);
  const refusal = missing === undefined ? undefined : lacking(missing);
  const failure = calledOff.aborted ? setupFailed('called off') : refusal;
  if (failure !== undefined) {
    manager.close();
    return { up: err(failure), sawManagerEnd: false };
  }
  const journal = await claimSlot(stateFolder, (slot) => freeName(plan.interfaceName, slot), run);
  if (!journal.ok) {
    manager.close();
    return { up: journal, sawManagerEnd: false };
  }
  const lacksIpv6 = !deviceHasIpv6('default');
  const carried = lacksIpv6 ? { ...plan, address6: undefined } : plan;
  const dns = managedDns(plan, dnsMode.ok ? dnsMode.value : '');
  const dnsUse = plan.dns.length === 0 ? undefined : (dns?.use ?? 'not-separable');
  const { uid, username } = userInfo();
  const tunnel = new ManagedTunnel({
    manager,
    journal: journal.value,
    run,
    onStep,
    calledOff,
    facts: {
      plan: carried,
      routing: routingState(carried, journal.value.slot, hasIpv6()),
      interfaceName: journal.value.interfaceName,
      dns,
      uid,
      userName: uid === 0 ? undefined : username,
      tag: JSON.stringify(ownIdentity()),
      hasLinkSettings: version.ok && isAtLeast(version.value, 1, 44),
    },
  });
  const up = await tunnel.bringUp();
  const { sawManagerEnd } = tunnel;
  return { up: up.ok ? ok({ ...up.value, lacksIpv6, dnsUse }) : up, sawManagerEnd };
}

async function recover(
  { stateFolder, run = runCommand, patience }: NetworkManagerOptions,
  until: AbortSignal,
): Promise<string[]> {
  const opened = await NetworkManager.open(patience);
  if (!opened.ok) return recoverManaged(stateFolder, undefined, run, until);
  try {
    const manager = opened.value.until(until);
    const devices = await manager.devices();
    if (!devices.ok) return await recoverManaged(stateFolder, 'silent', run, until);
    return await recoverManaged(stateFolder, isOwnNetwork(devices.value) ? manager : undefined, run, until);
  } finally {
    opened.value.close();
  }
}

/** Each slot has a name of its own, so that two of our processes never wish for the same; undefined = it is taken. */
function freeName(wished: string, slot: number): string | undefined {
  const stem = wished.replace(/[0-9]+$/, '');
  const name = `${stem}${Number(wished.slice(stem.length) || '0') + slot}`;
  return deviceNames().has(name) ? undefined : name;
}

/** "1.42.4" is at least 1.42. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const [first = 0, second = 0] = version.split('.').map(Number);
  return first > major || (first === major && second >= minor);
}
