import { readFile } from 'node:fs/promises';

/** One end of a TCP connection of this machine to itself, seen from the other. */
export interface LocalPeer {
  /** IPv4 in dotted decimal, as `Socket.remoteAddress`. */
  readonly address: string;
  readonly port: number;
  /** The port that it is connected to. */
  readonly serverPort: number;
}

/** The kernel's tables; a client may have called 127.0.0.1 by a socket of IPv6. */
const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'] as const;
const ESTABLISHED = '01';

/**
 * The user id of the program at the other end. Undefined: the kernel knows no such connection (any more). `unknown`: this
 * system has no such tables, so that it cannot be told.
 */
export async function userOfPeer(peer: LocalPeer): Promise<number | 'unknown' | undefined> {
  const tables = await Promise.all(TABLES.map((path) => readFile(path, 'latin1').catch(() => undefined)));
  const known = tables.filter((table) => table !== undefined);
  if (known.length === 0) return 'unknown';
  return known.map((table) => userInTable(table, peer)).find((user) => user !== undefined);
}

/**
 * From a table as proc_net_tcp(5) has it. Addresses are hex in the machine's byte order, ports in the network's:
 *
 *     sl  local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt   uid  timeout inode …
 *      0: 0100007F:C350 0100007F:20FB 01 00000000:00000000 00:00000000 00000000  1000        0 12345 …
 */
export function userInTable(table: string, { address, port, serverPort }: LocalPeer): number | undefined {
  const bytes = address.split('.').map(Number);
  const ipv4 = (hasLittleEndianTables ? bytes.reverse() : bytes).map((byte) => hex(byte, 2)).join('');
  const from = `${ipv4}:${hex(port, 4)}`;
  const to = `:${hex(serverPort, 4)}`;
  for (const line of table.split('\n')) {
    const [, local = '', remote = '', state, , , , user = ''] = line.trim().split(/\s+/);
    if (state === ESTABLISHED && local.endsWith(from) && remote.endsWith(to) && /^[0-9]+$/.test(user)) {
      return Number(user);
    }
  }
  return undefined;
}

const hasLittleEndianTables = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

function hex(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

/** Whose programs may show the window: this user's, root's, and those of the person who called sudo. */
export function trustedUsers(
  userId: number | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlySet<number> {
  const caller = environment['SUDO_UID'];
  const isSudo = userId === 0 && caller !== undefined && /^[0-9]{1,10}$/.test(caller);
  return new Set([0, ...(userId === undefined ? [] : [userId]), ...(isSudo ? [Number(caller)] : [])]);
}
