import type { ChildProcess } from 'node:child_process';
import { on } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { closePort, openPort } from './closed-port.ts';
import { type Namespace, connectNamespaces, createNamespace } from './namespace.ts';
import { WireCounter } from './wire-counter.ts';

const TRAFFIC_SOURCE = fileURLToPath(new URL('traffic-source.ts', import.meta.url));

/** The router's public address, behind both uplinks. */
export const ROUTER_ADDRESS = '192.0.2.1';
export const ROUTER_PORT = 443;

export interface Uplink {
  readonly device: string;
  /** Ours, with the prefix; the default routes' next hops. */
  readonly ipv4: string;
  readonly gateway4: string;
  readonly ipv6: string;
  readonly gateway6: string;
}

const UPLINKS: readonly [Uplink, Uplink] = [
  {
    device: 'eth0',
    ipv4: '203.0.113.10/24',
    gateway4: '203.0.113.1',
    ipv6: '2001:db8:1::10/64',
    gateway6: '2001:db8:1::1',
  },
  {
    device: 'eth1',
    ipv4: '198.51.100.10/24',
    gateway4: '198.51.100.1',
    ipv6: '2001:db8:2::10/64',
    gateway6: '2001:db8:2::1',
  },
];

/**
 * A client with two cables into the Internet, and the Internet, where the router is too:
 *
 *   client  eth0 203.0.113.10 ──── 203.0.113.1 eth0   Internet, router 192.0.2.1
 *           eth1 198.51.100.10 ─── 198.51.100.1 eth1
 *
 * The client uses the first; IPv6 goes the same way.
 */
export class TwoUplinks {
  readonly client: Namespace;
  readonly internet: Namespace;
  readonly wires: WireCounter;
  readonly first: Uplink = UPLINKS[0];
  readonly second: Uplink = UPLINKS[1];

  private constructor(client: Namespace, internet: Namespace, wires: WireCounter) {
    this.client = client;
    this.internet = internet;
    this.wires = wires;
  }

  static async create(tag: string): Promise<TwoUplinks> {
    const [client, internet] = await Promise.all([
      createNamespace(`${tag}-client`),
      createNamespace(`${tag}-internet`),
    ]);
    for (const { ipv4, gateway4, ipv6, gateway6 } of UPLINKS) {
      await connectNamespaces(client, internet, {
        addressA: [ipv4, ipv6],
        addressB: [`${gateway4}/24`, `${gateway6}/64`],
      });
    }
    await internet.exec(['ip', 'addr', 'add', `${ROUTER_ADDRESS}/32`, 'dev', 'lo']);
    // Nobody has these: what is sent there is counted and gone, without an answer.
    await internet.exec(['ip', 'route', 'add', 'blackhole', '198.18.0.0/15']);
    await internet.exec(['ip', '-6', 'route', 'add', 'blackhole', '2001:db8:ffff::/48']);
    const wires = await WireCounter.start(internet, {
      devices: UPLINKS.map(({ device }) => device),
      tunnel: { address: ROUTER_ADDRESS, port: ROUTER_PORT },
    });
    const network = new TwoUplinks(client, internet, wires);
    await network.setDefaultRoutes(network.first);
    await network.unplug(network.second);
    return network;
  }

  /** Replaces those that are there. */
  async setDefaultRoutes({ device, gateway4, gateway6 }: Uplink): Promise<void> {
    await this.client.exec(['ip', 'route', 'replace', 'default', 'via', gateway4, 'dev', device]);
    await this.client.exec(['ip', '-6', 'route', 'replace', 'default', 'via', gateway6, 'dev', device]);
  }

  /** Pulls the cable out at the far end: the client sees a link without carrier, and keeps addresses and routes. */
  async unplug({ device }: Uplink): Promise<void> {
    await this.internet.exec(['ip', 'link', 'set', 'dev', device, 'down']);
    const noticed = `until ip link show dev ${device} | grep -q NO-CARRIER; do sleep 0.01; done`;
    await this.client.exec(['sh', '-c', noticed]);
  }

  async plug({ device, gateway6 }: Uplink): Promise<void> {
    await this.internet.exec(['ip', 'link', 'set', 'dev', device, 'up']);
    // The kernel takes IPv6 addresses away from a link that goes down.
    await this.internet.exec(['ip', 'addr', 'replace', `${gateway6}/64`, 'dev', device, 'nodad']);
  }

  /** Every TCP connection to the router is reset at both ends, and none is made, until `openRouter`. The wires stay good. */
  async closeRouter(): Promise<void> {
    await closePort(this.internet, ROUTER_PORT);
  }

  async openRouter(): Promise<void> {
    await openPort(this.internet);
  }

  /** As a NAT on the way does while a computer sleeps: what belongs to present connections is lost without a word. */
  async forgetConnections(): Promise<void> {
    const sockets = await this.client.exec(['ss', '-tnH', 'state', 'established', 'dst', ROUTER_ADDRESS]);
    const ports = [...sockets.matchAll(/:(\d+)\s+\S+\s*$/gm)].map(([, port]) => port).join(', ');
    const script = `
      table inet forgotten
      delete table inet forgotten
      table inet forgotten {
        chain in { type filter hook input priority 0; tcp dport ${ROUTER_PORT} tcp sport { ${ports} } drop; }
        chain out { type filter hook output priority 0; tcp sport ${ROUTER_PORT} tcp dport { ${ports} } drop; }
      }`;
    await this.internet.exec(['nft', '-f', '-'], { input: script });
  }

  /** The client moves from one uplink to the other, whose address and routes are there before the first goes. */
  async roam(from: Uplink, to: Uplink): Promise<void> {
    await this.plug(to);
    await this.client.exec(['ip', 'addr', 'replace', to.ipv4, 'dev', to.device]);
    await this.client.exec(['ip', 'addr', 'replace', to.ipv6, 'dev', to.device, 'nodad']);
    await this.setDefaultRoutes(to);
    await this.unplug(from);
    await this.client.exec(['ip', 'addr', 'flush', 'dev', from.device, 'scope', 'global']);
  }

  /** The first uplink gives another address, as a network does whose lease has run out. */
  async changeAddress({ device, gateway4 }: Uplink, before: string, after: string): Promise<void> {
    const script = [`addr del ${before} dev ${device}`, `addr add ${after} dev ${device}`];
    const route = `route replace default via ${gateway4} dev ${device}`;
    await this.client.exec(['ip', '-batch', '-'], { input: [...script, route, ''].join('\n') });
  }

  /** Programs on the client that send all the time, and know nothing of a VPN. */
  async startTraffic(): Promise<Traffic> {
    return Traffic.start(this.client);
  }

  async remove(): Promise<void> {
    await Promise.all([this.client.remove(), this.internet.remove()]);
  }
}

export class Traffic {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<unknown[]>;

  private constructor(child: ChildProcess, lines: AsyncIterator<unknown[]>) {
    this.#child = child;
    this.#lines = lines;
  }

  static async start(client: Namespace): Promise<Traffic> {
    const child = client.spawn([process.execPath, TRAFFIC_SOURCE], { stdio: ['pipe', 'pipe', 'inherit'] });
    if (child.stdout === null) throw new Error('no pipe');
    const lines: AsyncIterator<unknown[]> = on(createInterface({ input: child.stdout }), 'line');
    const traffic = new Traffic(child, lines);
    await traffic.flows();
    return traffic;
  }

  /** Packets of each kind that were sent so far. */
  async sent(): Promise<number> {
    this.#child.stdin?.write('\n');
    const line = await this.#lines.next();
    if (line.done === true) throw new Error('the traffic has ended');
    return Number(line.value[0]);
  }

  /** Resolves when `count` more have been sent. */
  async flows(count = 20): Promise<void> {
    const enough = (await this.sent()) + count;
    while ((await this.sent()) < enough);
  }

  stop(): void {
    this.#child.stdin?.end();
  }
}
