import { z } from 'zod';
import type { Namespace } from './namespace.ts';

/** Packets that came over the wires past the tunnel. DNS is counted apart, whichever family it is. */
export interface WireCount {
  readonly ipv4: number;
  readonly ipv6: number;
  readonly dns: number;
}

export interface WireCounterOptions {
  /** The counting host's ends of the wires. */
  readonly devices: readonly string[];
  /** Where the tunnel's own TCP goes, which is not counted. */
  readonly tunnel: { readonly address: string; readonly port: number };
}

const countersSchema = z.object({
  nftables: z.array(
    z.object({ counter: z.object({ name: z.string(), packets: z.number() }).optional() }).loose(),
  ),
});

/**
 * Counts at the far end of a host's wires, by nftables, before anything there may drop. Multicast, link-local IPv6 and
 * neighbour discovery do not count: they do not leave the link. Whether a neighbour is still there is asked of its global
 * address, by the kernel, some seconds after it was last heard.
 */
export class WireCounter {
  readonly #host: Namespace;

  private constructor(host: Namespace) {
    this.#host = host;
  }

  static async start(host: Namespace, { devices, tunnel }: WireCounterOptions): Promise<WireCounter> {
    const names = devices.map((name) => `"${name}"`).join(', ');
    const family = tunnel.address.includes(':') ? 'ip6' : 'ip';
    const script = `
      table inet wire {
        counter ipv4 { }
        counter ipv6 { }
        counter dns { }
        chain in {
          type filter hook prerouting priority raw; policy accept;
          iifname != { ${names} } return
          ${family} daddr ${tunnel.address} tcp dport ${tunnel.port} return
          ip6 daddr { ff00::/8, fe80::/10 } return
          icmpv6 type { nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } return
          meta l4proto { tcp, udp } th dport 53 counter name dns return
          meta nfproto ipv4 counter name ipv4 return
          meta nfproto ipv6 counter name ipv6
        }
      }`;
    await host.exec(['nft', '-f', '-'], { input: script });
    return new WireCounter(host);
  }

  async read(): Promise<WireCount> {
    const text = await this.#host.exec(['nft', '-j', 'list', 'counters', 'table', 'inet', 'wire']);
    const counts = new Map(
      countersSchema
        .parse(JSON.parse(text))
        .nftables.flatMap(({ counter }) => (counter === undefined ? [] : [[counter.name, counter.packets]])),
    );
    return { ipv4: counts.get('ipv4') ?? 0, ipv6: counts.get('ipv6') ?? 0, dns: counts.get('dns') ?? 0 };
  }

  async reset(): Promise<void> {
    await this.#host.exec(['nft', 'reset', 'counters', 'table', 'inet', 'wire']);
  }
}
