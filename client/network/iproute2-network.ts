import { rename, rm } from 'node:fs/promises';
import { openTunDevice } from '../../datapath/open-tun-device.ts';
import type { TunDevice } from '../../datapath/tun-device.ts';
import type { DnsUse } from '../../shared/connection.ts';
import { type Result, err, ok } from '../../shared/result.ts';
import { type CommandRunner, runCommand } from './command-runner.ts';
import { applyDns, undoDns } from './dns/system-dns.ts';
import { forceIpBatch, runIpBatch } from './ip-command.ts';
import { type Journal, type Changes, leftJournals, readEntry, replaceRemembered } from './journal.ts';
import { checkPermission } from './permission.ts';
import type { NetworkPlan } from './plan.ts';
import { setUpLines, takeDownLines } from './ip-lines.ts';
import { deviceHasIpv6, hasIpv6 } from './kernel-ipv6.ts';
import { routingState } from './policy-routing.ts';
import { claimSlot } from './routing-slot.ts';
import type { NetworkFailure, NetworkUp, TunnelNetwork } from './tunnel-network.ts';

/** Milliseconds for each command when undoing; they run side by side. */
const UNDO_DEADLINE = 700;
const INTERFACE_COUNT = 64;

/**
 * Sets the tunnel up by Linux's own `ip`, as root or with CAP_NET_ADMIN. `stateFolder` holds the journals, and all
 * processes that may have tunnels at once share it.
 */
export function createIproute2Network(options: {
  readonly stateFolder: string;
  readonly run?: CommandRunner;
}): TunnelNetwork {
  const run = options.run ?? runCommand;
  const folder = options.stateFolder;
  return {
    check: () => checkPermission(run),
    bringUp: (plan, calledOff) => bringUp(plan, folder, run, calledOff),
    recover: (calledOff) => recover(folder, run, calledOff),
  };
}

async function bringUp(
  plan: NetworkPlan,
  folder: string,
  run: CommandRunner,
  calledOff: AbortSignal,
): Promise<Result<NetworkUp, NetworkFailure>> {
  // What undoes goes on.
  const runWanted: CommandRunner = (program, args, options) => run(program, args, { ...options, calledOff });
  const opened = openFreeDevice(plan.interfaceName);
  if (!opened.ok) return opened;
  const tun = opened.value;
  const claimed = await claimSlot(folder, () => tun.name, runWanted);
  if (!claimed.ok) {
    tun.close();
    return claimed;
  }
  const change = new Change(folder, claimed.value, tun, run);
  try {
    const lacksIpv6 = !deviceHasIpv6(tun.name);
    const result = await setUp(lacksIpv6 ? { ...plan, address6: undefined } : plan, change, runWanted);
    if (result.ok) return ok({ tun, lacksIpv6, dnsUse: result.value, takeDown: () => change.undo() });
    await change.undo();
    return result;
  } catch (error) {
    await change.undo();
    const detail = error instanceof Error ? error.message : String(error);
    return err({ kind: 'network-setup-failed', step: 'journal', detail });
  }
}

async function setUp(
  plan: NetworkPlan,
  change: Change,
  run: CommandRunner,
): Promise<Result<DnsUse | undefined, NetworkFailure>> {
  const { slot, tun } = change;
  const routing = routingState(plan, slot, hasIpv6());
  await change.remember({ routing });
  const lines = setUpLines(plan, tun.name, routing);
  // IPv6 is closed before IPv4 is turned, so that nothing leaves by neither way.
  const ipv6 = await runIpBatch(run, 6, lines.ipv6, 'IPv6 routing');
  if (!ipv6.ok) return ipv6;
  const ipv4 = await runIpBatch(run, 4, lines.ipv4, 'routing');
  if (!ipv4.ok) return ipv4;
  const ipv6Device = await runIpBatch(run, 6, lines.ipv6Device, 'IPv6 routing');
  if (!ipv6Device.ok) return ipv6Device;
  if (plan.dns.length === 0) return ok(undefined);
  const settings = {
    servers: plan.dns,
    searchDomains: plan.searchDomains,
    scope: plan.mode === 'full' ? 'all' : 'domains',
    isOwn: plan.dnsIsOwn === true,
  } as const;
  const dns = await applyDns(tun.name, settings, run, (record) => change.remember({ dns: record }));
  return dns.ok ? dns : err({ kind: 'network-setup-failed', step: 'dns', detail: dns.error });
}

/** vpn0, or the next number that is free. */
function openFreeDevice(wished: string): Result<TunDevice, NetworkFailure> {
  const stem = wished.replace(/[0-9]+$/, '');
  const first = Number(wished.slice(stem.length) || '0');
  for (let i = 0; i < INTERFACE_COUNT; i += 1) {
    const name = i === 0 ? wished : `${stem}${first + i}`;
    const opened = openTunDevice(name, { mustBeNew: true, offload: 'tcp-udp', manyQueues: true });
    if (opened.ok) return opened;
    if (opened.error.kind !== 'device-exists') return err(opened.error);
  }
  const detail = `${wished} and the ${INTERFACE_COUNT - 1} names after it are taken`;
  return err({ kind: 'network-setup-failed', step: 'tun-device', detail });
}

/** What one tunnel has changed so far, and how to undo it. */
class Change {
  readonly tun: TunDevice;
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #run: CommandRunner;
  #entry: Changes;
  #undone: Promise<void> | undefined;

  constructor(folder: string, journal: Journal, tun: TunDevice, run: CommandRunner) {
    this.#folder = folder;
    this.#journal = journal;
    this.tun = tun;
    this.#run = run;
    this.#entry = { interfaceName: tun.name };
  }

  get slot(): number {
    return this.#journal.slot;
  }

  /** Before a change is made. */
  async remember(part: Pick<Changes, 'routing' | 'dns'>): Promise<void> {
    this.#entry = { ...this.#entry, ...part };
    await this.#journal.write(this.#entry);
  }

  undo(): Promise<void> {
    this.#undone ??= this.#undo();
    return this.#undone;
  }

  async #undo(): Promise<void> {
    // Addresses and routes, and what systemd-resolved knows of the link, go with the device.
    this.tun.close();
    // The file knows better than we: a tunnel that went down before us may have changed what we remember of DNS.
    const read = await this.#journal.read();
    const entry = read.kind === 'entry' ? read.entry : this.#entry;
    const { problems } = await undoEntry(this.#folder, entry, this.#run);
    try {
      await (problems.length === 0 ? this.#journal.remove() : this.#journal.abandon(entry));
    } catch {
      // The state folder is gone or full: the file that is there still names this process, and does once it has ended.
    }
  }
}

interface Undone {
  /** Sentences. */
  readonly mended: readonly string[];
  readonly problems: readonly string[];
}

async function undoEntry(folder: string, entry: Changes, run: CommandRunner): Promise<Undone> {
  const parts = await Promise.all([undoRouting(entry, run), undoNames(folder, entry, run)]);
  return { mended: parts.flatMap((part) => part.mended), problems: parts.flatMap((part) => part.problems) };
}

async function undoRouting({ routing, interfaceName }: Changes, run: CommandRunner): Promise<Undone> {
  if (routing === undefined) return { mended: [], problems: [] };
  const lines = takeDownLines(routing);
  const results = await Promise.all([
    forceIpBatch(run, 4, lines.ipv4, UNDO_DEADLINE),
    forceIpBatch(run, 6, lines.ipv6, UNDO_DEADLINE),
  ]);
  const problems = results.flatMap((result) =>
    result.ok ? [] : [`The routing rules of ${interfaceName} could not be removed: ${result.error}.`],
  );
  return { mended: problems.length > 0 ? [] : [`Removed the routing rules of ${interfaceName}.`], problems };
}

async function undoNames(
  folder: string,
  { dns, interfaceName }: Changes,
  run: CommandRunner,
): Promise<Undone> {
  if (dns === undefined) return { mended: [], problems: [] };
  const result = await undoDns(dns, run, UNDO_DEADLINE);
  if (!result.ok) {
    return { mended: [], problems: [`DNS could not be set back after ${interfaceName}: ${result.error}.`] };
  }
  if (result.value === 'changed' && dns.method === 'resolv-conf-file') {
    await replaceRemembered(folder, dns.written, dns.original).catch(() => {});
    return { mended: ['Left /etc/resolv.conf alone: another program has changed it.'], problems: [] };
  }
  return { mended: result.value === 'restored' ? ['Set DNS back to what it was.'] : [], problems: [] };
}

async function recover(
  folder: string,
  run: CommandRunner,
  calledOff: AbortSignal | undefined,
): Promise<string[]> {
  const sentences: string[] = [];
  // The newest first: of two tunnels that changed resolv.conf, the later one remembers the earlier one's text.
  for (const path of (await leftJournals(folder)).reverse()) {
    if (calledOff?.aborted === true) break;
    // Read anew: undoing one may change what another remembers.
    const read = await readEntry(path);
    if (read.kind === 'foreign' || (read.kind === 'entry' && read.entry.networkManager !== undefined))
      continue;
    if (read.kind === 'damaged') {
      sentences.push(
        `${path} is damaged: what an earlier run changed is not known. It is kept as ${path}.damaged.`,
      );
      await rename(path, `${path}.damaged`).catch(() => {});
      continue;
    }
    const { entry } = read;
    const { mended, problems } = await undoEntry(folder, entry, run);
    sentences.push(...mended, ...problems);
    if (problems.length === 0) await rm(path, { force: true }).catch(() => {});
  }
  return sentences;
}
