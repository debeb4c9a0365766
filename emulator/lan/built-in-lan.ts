import { UnreachableCode } from '../../shared/ip/icmp.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { AttachedSessions } from './attached-sessions.ts';
import { DnsZone } from './dns-responder.ts';
import { createGatewayHost } from './gateway-host.ts';
import type { LocalHost } from './host-stack.ts';
import type { BuiltInHost, BuiltInLanConfig } from './lan-config.ts';
import type { Lan } from './lan.ts';

export interface BuiltInLanOptions {
  /** The router's address inside the tunnel, dotted decimal. */
  readonly gateway: string;
  /** No configuration: nothing but the router itself. */
  readonly config?: Pick<BuiltInLanConfig, 'hosts' | 'records'>;
}

/**
 * A LAN without privileges: the router's own address and the configured hosts answer in user space, tunnels reach
 * each other, everything else is ICMP "host unreachable".
 */
export function createBuiltInLan({ gateway, config }: BuiltInLanOptions): Lan {
  const gatewayAddress = parseIpv4Address(gateway) ?? 0;
  const hosts = new Map<number, LocalHost>();
  const zone = new DnsZone();
  for (const host of config?.hosts ?? []) {
    hosts.set(parseIpv4Address(host.address) ?? 0, createBuiltInHost(host));
    for (const name of host.names) {
      zone.add(name, host.address);
    }
  }
  for (const { name, address } of config?.records ?? []) {
    zone.add(name, address);
  }
  hosts.set(gatewayAddress, createGatewayHost(gateway));
  const sessions = new AttachedSessions(
    { gateway: gatewayAddress, hosts, zone, otherPorts: 'refuse' },
    {
      // About our own ICMP none is made: this ends.
      forward(bytes, start, end) {
        sessions.sendUnreachable(UnreachableCode.host, bytes, start, end);
      },
      drained() {},
      detached() {},
    },
  );
  return {
    attach: (session) => sessions.attach(session),
    close() {
      sessions.detachAll();
      return Promise.resolve();
    },
  };
}

function createBuiltInHost(host: BuiltInHost): LocalHost {
  const body = { contentType: 'text/plain; charset=utf-8', bytes: new TextEncoder().encode(host.text) };
  return { server: 'built-in', http: () => ({ status: 200, body }) };
}
