import { setTimeout as wait } from 'node:timers/promises';
import { type FakeLogind, startFakeLogind } from '../support/fake-logind.ts';
import { HeldConnection, INNER_GATEWAY } from '../support/held-connection.ts';
import { say, table } from '../support/narration.ts';
import { TwoUplinks } from '../support/two-uplinks.ts';
import type { WireCount } from '../support/wire-counter.ts';
import { median } from './median.ts';
import type { Bench, SectionResult } from './section.ts';
import { fixed } from './text.ts';

/** As the profile's default: what is noticed at once was not noticed by it. */
const KEEP_ALIVE_SECONDS = 10;
const PING_INTERVAL_SECONDS = '0.05';
/** A tunnel that is tried has been found dead or alive by then. */
const SETTLE_MILLISECONDS = 2500;
const OTHER_ADDRESS = '203.0.113.99/24';

interface Scene {
  readonly network: TwoUplinks;
  readonly logind: FakeLogind;
}

interface Disturbance {
  readonly name: string;
  /** Resolves when the network is back. */
  run(scene: Scene): Promise<void>;
}

interface ReconnectSample {
  readonly name: string;
  readonly blocks: boolean;
  readonly round: number;
  readonly seconds: number;
  readonly leaked: WireCount;
}

/** Seconds from the network's return to the first answer through the tunnel, and what left past the tunnel meanwhile. */
export async function reconnect(bench: Bench): Promise<SectionResult> {
  if (!bench.namespaces) return { skipped: ['needs network namespaces'], samples: [], summary: [] };
  const { cuts, rounds } = bench.options;
  const others = [ADDRESS_CHANGE, WAKING, ROAMING, ROUTER_AWAY];
  const samples = [
    ...(await measure(bench, true, [...cuts.map(cut), ...others], rounds)),
    ...(await measure(bench, false, [...cuts.filter((seconds) => seconds <= 10).map(cut), ...others], 1)),
  ];
  bench.progress('');
  const names = [...new Set(samples.map(({ name }) => name))];
  const summary = names.map((name) => {
    const blocking = samples.filter((sample) => sample.name === name && sample.blocks);
    const open = samples.find((sample) => sample.name === name && !sample.blocks);
    const seconds = median(blocking.map((sample) => sample.seconds));
    return { name, seconds, leaked: sum(blocking.map(({ leaked }) => leaked)), unblocked: open?.leaked };
  });
  table([
    ['', 's to traffic', 'left past the tunnel: IPv4, IPv6, DNS', 'without the kill switch'],
    ...summary.map(({ name, seconds, leaked, unblocked }) => [
      name,
      fixed(seconds, 2),
      countText(leaked),
      unblocked === undefined ? '–' : countText(unblocked),
    ]),
  ]);
  say('200 packets a second of each kind are sent all the time; with the kill switch: sums of all rounds.');
  return { skipped: [], samples, summary };
}

async function measure(
  bench: Bench,
  blocks: boolean,
  disturbances: readonly Disturbance[],
  rounds: number,
): Promise<ReconnectSample[]> {
  const network = await TwoUplinks.create('reconnect');
  bench.cleanup.add(() => network.remove());
  const logind = await startFakeLogind();
  bench.cleanup.add(() => logind.close());
  const held = await HeldConnection.open(network, {
    blockWhenDown: blocks,
    keepAliveSeconds: KEEP_ALIVE_SECONDS,
    environment: { DBUS_SYSTEM_BUS_ADDRESS: logind.address },
  });
  bench.cleanup.add(() => held.close());
  const traffic = await network.startTraffic();
  bench.cleanup.add(() => traffic.stop());
  const answers = new Answers(network);
  const samples: ReconnectSample[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    for (const disturbance of disturbances) {
      const { name } = disturbance;
      bench.progress(`${name}, round ${round} of ${rounds}`);
      await answers.next();
      await wait(SETTLE_MILLISECONDS);
      await network.wires.reset();
      await disturbance.run({ network, logind });
      const back = performance.now();
      const seconds = ((await answers.next()) - back) / 1000;
      const leaked = await network.wires.read();
      samples.push({ name, blocks, round, seconds, leaked });
    }
  }
  return samples;
}

/** Pings through the tunnel, all the time. */
class Answers {
  readonly #waiting = new Set<(at: number) => void>();

  constructor(network: TwoUplinks) {
    const argv = ['ping', '-n', '-i', PING_INTERVAL_SECONDS, INNER_GATEWAY];
    const ping = network.client.spawn(argv, { stdio: ['ignore', 'pipe', 'ignore'] });
    ping.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (!text.includes('bytes from')) return;
      for (const heard of this.#waiting) heard(performance.now());
      this.#waiting.clear();
    });
  }

  /** `performance.now()` of the next one. */
  next(): Promise<number> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }
}

function cut(seconds: number): Disturbance {
  return {
    name: `link cut for ${seconds} s`,
    run: async ({ network }) => {
      await network.unplug(network.first);
      await wait(seconds * 1000);
      await network.plug(network.first);
      await network.setDefaultRoutes(network.first);
    },
  };
}

const ADDRESS_CHANGE: Disturbance = {
  name: 'another address',
  run: async ({ network }) => {
    const addresses = await network.client.exec(['ip', '-br', 'addr', 'show', 'dev', network.first.device]);
    const [before, after] = addresses.includes(network.first.ipv4)
      ? [network.first.ipv4, OTHER_ADDRESS]
      : [OTHER_ADDRESS, network.first.ipv4];
    await network.changeAddress(network.first, before, after);
  },
};

const WAKING: Disturbance = {
  name: 'waking up, forgotten by a NAT',
  run: async ({ network, logind }) => {
    logind.prepareForSleep(true);
    await network.forgetConnections();
    logind.prepareForSleep(false);
  },
};

/** To the second uplink and back: what is measured is the way back. */
const ROAMING: Disturbance = {
  name: 'roaming to another uplink',
  run: async ({ network }) => {
    await network.roam(network.first, network.second);
    await wait(SETTLE_MILLISECONDS);
    await network.roam(network.second, network.first);
  },
};

const ROUTER_AWAY: Disturbance = {
  name: 'router away for 2 s, wires good',
  run: async ({ network }) => {
    await network.closeRouter();
    await wait(2000);
    await network.openRouter();
  },
};

function sum(counts: readonly WireCount[]): WireCount {
  return counts.reduce(
    (all, { ipv4, ipv6, dns }) => ({ ipv4: all.ipv4 + ipv4, ipv6: all.ipv6 + ipv6, dns: all.dns + dns }),
    { ipv4: 0, ipv6: 0, dns: 0 },
  );
}

function countText({ ipv4, ipv6, dns }: WireCount): string {
  return `${ipv4}, ${ipv6}, ${dns}`;
}
