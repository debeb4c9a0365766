import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import type { FailureCause } from '../../shared/connection.ts';
import { addressesToTheWorld, localAddresses } from '../network/local-addresses.ts';

/** Any port does: nothing is sent. RFC 863, discard. */
const PORT = 9;

/**
 * Which address of this machine packets to `address` would leave from just now. Undefined: there is no route to it,
 * or its link is down. Asks the kernel alone; nothing leaves the machine. Never rejects.
 */
export async function localAddressTowards(address: string): Promise<string | undefined> {
  const local = await routedAddress(address);
  // A route may stay when the cable is pulled; addresses of links without a carrier are not listed.
  return local !== undefined && hasLocalAddress(local) ? local : undefined;
}

/**
 * What becomes of a standing connection from `localAddress` to `address` after the network has changed. `waits`:
 * without a network it may outlast it. `dead`: its address is gone. `ask`: only the peer can tell.
 */
export async function connectionAfterChange(
  localAddress: string,
  address: string,
): Promise<'waits' | 'dead' | 'ask'> {
  if ((await localAddressTowards(address)) === undefined) return 'waits';
  return hasLocalAddress(localAddress) ? 'ask' : 'dead';
}

/** The cause, or what is behind it on a machine without a network. */
export function offlineIfSo(cause: FailureCause): FailureCause {
  return mayBeOffline(cause) && isOffline() ? { kind: 'no-network' } : cause;
}

/** What a machine without a network runs into, too. */
function mayBeOffline(cause: FailureCause): boolean {
  switch (cause.kind) {
    case 'name-not-found':
    case 'network-unreachable':
      return true;
    case 'timed-out':
      return cause.stage === 'resolving' || cause.stage === 'connecting';
    default:
      return false;
  }
}

/** No link that leads anywhere is up. Tunnels of ours do not count. */
function isOffline(): boolean {
  return addressesToTheWorld()?.length === 0;
}

/** As far as can be told. */
function hasLocalAddress(address: string): boolean {
  return localAddresses()?.some((local) => local.address === address) ?? true;
}

/** Connecting a datagram socket looks up the route and the source address, and does no more. */
function routedAddress(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    const finish = (local: string | undefined): void => {
      socket.close();
      resolve(local);
    };
    socket.once('error', () => finish(undefined));
    socket.once('connect', () => finish(socket.address().address));
    socket.connect(PORT, address);
  });
}
