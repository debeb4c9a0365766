import { z } from 'zod';
import type { Namespace } from './namespace.ts';

/** Packets that came in at a router's side of a cable, by what they are. */
export interface UnderlayCount {
  /** The tunnel's own TCP connection. */
  readonly tunnel: number;
  /** Questions to name servers, of either family, over UDP or TCP. */
  readonly dns: number;
  /** Everything else. */
  readonly ipv4: number;
  /** Everything else but what keeps the cable itself going (neighbour discovery, multicast listeners). */
  readonly ipv6: number;
}

export interface Underlay {
  count(): Promise<UnderlayCount>;
  reset(): Promise<void>;
}

const counterSchema = z.object({ counter: z.object({ name: z.string(), packets: z.number() }) });
const listSchema = z.object({ nftables: z.array(z.unknown()) });

/**
 * Counts what leaves a client outside its tunnel, on the wire: at the other end of the cable, in the kernel, by nftables.
 * `device` is the router's.
 */
export async function countUnderlay(
  router: Namespace,
  device: string,
  tunnelPort: number,
): Promise<Underlay> {
  const cable = 'icmpv6 type { 133, 134, 135, 136, 143 }';
  const ruleset = `table netdev underlay {
    counter tunnel {} counter dns {} counter ipv4 {} counter ipv6 {}
    chain arrivals {
      type filter hook ingress device "${device}" priority 0;
      tcp dport ${tunnelPort} counter name tunnel return
      udp dport 53 counter name dns return
      tcp dport 53 counter name dns return
      ether type ip counter name ipv4 return
      ${cable} return
      ether type ip6 counter name ipv6
    }
  }`;
  await router.exec(['nft', '-f', '-'], { input: ruleset });
  return {
    count: async () => {
      const text = await router.exec(['nft', '-j', 'list', 'counters', 'table', 'netdev', 'underlay']);
      const counters = new Map<string, number>();
      for (const item of listSchema.parse(JSON.parse(text)).nftables) {
        const parsed = counterSchema.safeParse(item);
        if (parsed.success) counters.set(parsed.data.counter.name, parsed.data.counter.packets);
      }
      const of = (name: string): number => {
        const packets = counters.get(name);
        if (packets === undefined) throw new Error(`no counter ${name}`);
        return packets;
      };
      return { tunnel: of('tunnel'), dns: of('dns'), ipv4: of('ipv4'), ipv6: of('ipv6') };
    },
    reset: async () => {
      await router.exec(['nft', 'reset', 'counters', 'table', 'netdev', 'underlay']);
    },
  };
}

/** For a log. */
export function underlayText({ tunnel, dns, ipv4, ipv6 }: UnderlayCount): string {
  return `outside the tunnel: ${ipv4} IPv4, ${ipv6} IPv6, ${dns} DNS packets (the tunnel's own: ${tunnel})`;
}
