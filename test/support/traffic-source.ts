import { createSocket } from 'node:dgram';
import { readFileSync } from 'node:fs';
import { encode } from 'dns-packet';

/**
 * A host's programs, which know nothing of a VPN: sends to the Internet over IPv4 and IPv6, and asks the name server
 * that resolv.conf names now, for another name each time, every 5 ms each. Says how many of each it has sent when its standard input says so.
 */
const IPV4_HOST = '198.18.0.1';
const IPV6_HOST = '2001:db8:ffff::1';
const INTERVAL_MILLISECONDS = 5;

const sockets = { ipv4: createSocket('udp4'), ipv6: createSocket('udp6') };
let rounds = 0;

// What cannot be sent (no route, a full queue) is not sent: it is no leak.
for (const socket of Object.values(sockets)) socket.on('error', () => undefined);

setInterval(() => {
  rounds += 1;
  const ignore = (): void => undefined;
  sockets.ipv4.send('ipv4', 9, IPV4_HOST, ignore);
  sockets.ipv6.send('ipv6', 9, IPV6_HOST, ignore);
  const server = /^nameserver\s+(\S+)/m.exec(readFileSync('/etc/resolv.conf', 'utf8'))?.[1];
  // A resolver asks only once for what it is being asked twice.
  const name = `www${rounds}.example`;
  const query = encode({
    type: 'query',
    id: rounds % 65_536,
    flags: 0x100,
    questions: [{ type: 'A', name }],
  });
  if (server !== undefined) sockets.ipv4.send(query, 53, server, ignore);
}, INTERVAL_MILLISECONDS);

process.stdin.on('data', () => process.stdout.write(`${rounds}\n`));
process.stdin.on('end', () => process.exit());
