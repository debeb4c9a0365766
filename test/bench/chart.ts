import type { Report } from './headline.ts';
import { fixed } from './text.ts';

/*
 * Bars as SVG: three panels, one row for each path. Colours for both a light and a dark page.
 *
 *   +-------------------------+-------------------------+-------------------------+
 *   | Mbit/s                  | CPU s per GB            | ping ms on a slow link  |
 *   |   down  smartvpn ██████ |                         |                         |
 *   |         openvpn  █      |                         |                         |
 *   +-------------------------+-------------------------+-------------------------+
 */

interface Bar {
  readonly name: string;
  readonly value: number;
}
interface Group {
  readonly title: string;
  readonly bars: readonly Bar[];
}
interface Panel {
  readonly title: string;
  readonly note: string;
  readonly digits: number;
  readonly groups: readonly Group[];
}

const PEERS = ['smartvpn', 'openconnect', 'socat', 'openvpn', 'no tunnel'];
const PANEL_WIDTH = 340;
const NAME_WIDTH = 92;
const VALUE_WIDTH = 52;
const ROW = 18;
const BAR = 12;
const TOP = 64;
const GROUP_GAP = 30;
const MARGIN = 16;

export function drawChart(report: Report): string {
  const panels = [throughputPanel(report), cpuPanel(report), pingPanel(report)].filter(
    ({ groups }) => groups.length > 0,
  );
  const height = TOP + Math.max(0, ...panels.map(panelHeight)) + 34;
  const width = MARGIN + panels.length * PANEL_WIDTH;
  const { machine, options, finishedAt } = report;
  const foot = `${machine.cores} × ${machine.processor}, Linux ${machine.kernel}, Node ${machine.node}; medians of ${options.rounds} rounds, ${finishedAt.slice(0, 10)}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="Throughput, CPU and ping of smartvpn and other tunnels">
<style>
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 15px; font-weight: 600 } .note, .foot { fill: #57606a; font-size: 11px }
  .bar { fill: #8c959f } .ours { fill: #0969da }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .note, .foot { fill: #8d96a0 } .bar { fill: #656c76 } .ours { fill: #4493f8 }
  }
</style>
${panels.map((panel, index) => drawPanel(panel, MARGIN + index * PANEL_WIDTH)).join('\n')}
<text class="foot" x="${MARGIN}" y="${height - 12}">${escape(foot)}</text>
</svg>
`;
}

function throughputPanel({ sections }: Report): Panel {
  const peers = sections.throughput?.summary ?? [];
  return {
    title: 'Mbit/s',
    note: 'one TCP connection; more is better',
    digits: 0,
    groups: (['down', 'up'] as const).flatMap((direction) =>
      group(direction, peers, (peer) => {
        // Without a tunnel memory alone stands in between: its bar would make all others short.
        if (peer.peer === 'no tunnel') return undefined;
        return peer.loads.find((load) => load.direction === direction && load.streams === 1)
          ?.megabitsPerSecond;
      }),
    ),
  };
}

function cpuPanel({ sections }: Report): Panel {
  const peers = sections.throughput?.summary ?? [];
  return {
    title: 'CPU seconds per GB',
    note: 'the client’s process; less is better',
    digits: 2,
    groups: (['down', 'up'] as const).flatMap((direction) =>
      group(direction, peers, (peer) =>
        peer.peer === 'no tunnel'
          ? undefined
          : peer.loads.find((load) => load.direction === direction && load.streams === 1)
              ?.clientCpuPerGigabyte,
      ),
    ),
  };
}

function pingPanel({ sections }: Report): Panel {
  const peers = sections.shaped?.summary ?? [];
  return {
    title: 'Ping in ms',
    note: '20 Mbit/s link that TCP (reno) fills; less is better',
    digits: 0,
    groups: (['down', 'up'] as const).flatMap((direction) =>
      group(
        direction,
        peers,
        (peer) => peer.loads.find((load) => load.direction === direction && load.streams === 1)?.ping,
      ),
    ),
  };
}

function group<Peer extends { readonly peer: string }>(
  title: string,
  peers: readonly Peer[],
  valueOf: (peer: Peer) => number | null | undefined,
): Group[] {
  const bars = PEERS.flatMap((name) => {
    const found = peers.find(({ peer }) => peer === name);
    const value = found === undefined ? undefined : valueOf(found);
    return value === undefined || value === null ? [] : [{ name, value }];
  });
  return bars.length === 0 ? [] : [{ title, bars }];
}

function panelHeight({ groups }: Panel): number {
  return groups.reduce((sum, { bars }) => sum + GROUP_GAP + bars.length * ROW, 0);
}

function drawPanel({ title, note, digits, groups }: Panel, x: number): string {
  const highest = Math.max(...groups.flatMap(({ bars }) => bars.map(({ value }) => value)));
  const room = PANEL_WIDTH - NAME_WIDTH - VALUE_WIDTH - MARGIN;
  const parts = [
    `<text class="title" x="${x}" y="24">${escape(title)}</text>`,
    `<text class="note" x="${x}" y="42">${escape(note)}</text>`,
  ];
  let y = TOP;
  for (const { title: name, bars } of groups) {
    parts.push(`<text x="${x}" y="${y + 12}" class="note">${escape(name)}</text>`);
    y += 20;
    for (const bar of bars) {
      const length = Math.max(1, (bar.value / highest) * room);
      const kind = bar.name === 'smartvpn' ? 'bar ours' : 'bar';
      parts.push(
        `<text x="${x + 8}" y="${y + 11}">${escape(bar.name)}</text>`,
        `<rect class="${kind}" x="${x + NAME_WIDTH}" y="${y + 1}" width="${length.toFixed(1)}" height="${BAR}" rx="2"/>`,
        `<text x="${(x + NAME_WIDTH + length + 6).toFixed(1)}" y="${y + 11}">${fixed(bar.value, digits)}</text>`,
      );
      y += ROW;
    }
    y += GROUP_GAP - 20;
  }
  return parts.join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
