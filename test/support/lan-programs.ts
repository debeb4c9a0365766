import { createHash, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { get } from 'node:http';
import { networkInterfaces } from 'node:os';
import { execFileSync } from 'node:child_process';
import { openTunDevice } from '../../datapath/open-tun-device.ts';
import { PACKET_AT } from '../../datapath/virtio-header.ts';
import { createBuiltInLan } from '../../emulator/lan/built-in-lan.ts';
import { tunLanSchema } from '../../emulator/lan/lan-config.ts';
import { createTunLan } from '../../emulator/lan/tun-lan.ts';
import { encodeIcmpEcho, parseIcmpEcho } from '../../shared/ip/icmp.ts';
import { parseIpv4 } from '../../shared/ip/ipv4.ts';
import { parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { TcpClient } from '../../shared/ip/tcp-client.ts';
import type { TcpClientEffect } from '../../shared/ip/tcp-client.ts';
import { encodeUdp } from '../../shared/ip/udp.ts';
import { MemoryTunnel } from './memory-tunnel.ts';

/**
 * Programs for a network namespace of their own; each prints what it saw as one line of JSON.
 *
 *   node lan-programs.ts router     a router with 192.168.1.1 in front of the host 192.168.1.20
 *   node lan-programs.ts client     a kernel in front of the router's hosts in user space
 */

const GATEWAY = '192.168.240.1';
const LAN_HOST = '192.168.1.20';
const number = (address: string): number => parseIpv4Address(address) ?? 0;

function ping(from: string, to: string, sequence: number): Uint8Array {
  const fields = { source: number(from), destination: number(to), kind: 'request', identifier: 1 } as const;
  return encodeIcmpEcho({ ...fields, sequence }, new Uint8Array(20));
}

/** Sequence number of an echo reply, else the packet's length below zero. */
function told(packet: Uint8Array): number {
  const header = parseIpv4(packet, 0, packet.length);
  return (header && parseIcmpEcho(packet, header)?.sequence) ?? -packet.length;
}

/** The next `count` packets to the client. */
async function next(tunnel: MemoryTunnel, count: number): Promise<number[]> {
  while (tunnel.received.length < count) {
    await new Promise<void>((resolve) => {
      tunnel.onPacket = () => resolve();
    });
  }
  return tunnel.take().map(told);
}

function download(tunnel: MemoryTunnel, from: string): Promise<string> {
  const client = new TcpClient(
    {
      source: number(from),
      sourcePort: 40_000,
      destination: number(LAN_HOST),
      destinationPort: 8080,
      initialSequence: randomBytes(4).readUInt32BE(),
      maximumSegmentSize: 1402,
      maximumReceive: 10_000_000,
      idleMilliseconds: 5000,
    },
    Buffer.from('GET / HTTP/1.0\r\n\r\n'),
  );
  const chunks: Uint8Array[] = [];
  let timer: NodeJS.Timeout | undefined;
  return new Promise((resolve) => {
    const carryOut = (effects: readonly TcpClientEffect[]): void => {
      for (const effect of effects) {
        if (effect.kind === 'send') {
          tunnel.say(effect.packet);
        } else if (effect.kind === 'start-timer') {
          clearTimeout(timer);
          timer = setTimeout(() => carryOut(client.timeout()), effect.milliseconds);
        } else if (effect.kind === 'stop-timer') {
          clearTimeout(timer);
        } else if (effect.kind === 'data') {
          chunks.push(effect.bytes);
        } else if (effect.kind === 'failed') {
          resolve(effect.failure);
        } else {
          const body = Buffer.concat(chunks).toString('latin1').split('\r\n\r\n')[1] ?? '';
          resolve(createHash('sha256').update(body, 'latin1').digest('hex'));
        }
      }
    };
    tunnel.onPacket = (packet) => {
      const header = parseIpv4(packet, 0, packet.length);
      carryOut(header === undefined ? [] : client.receive(packet, header));
    };
    carryOut(client.start());
  });
}

async function router(): Promise<unknown> {
  const forwardingBefore = (await readFile('/proc/sys/net/ipv4/ip_forward', 'latin1')).trim();
  const config = tunLanSchema.parse({ kind: 'tun', interfaceName: 'vigor0', forwarding: true });
  const lan = await createTunLan({ gateway: GATEWAY, netmask: '255.255.255.0', config });
  if (!lan.ok) {
    return lan.error;
  }
  const again = await createTunLan({ gateway: GATEWAY, netmask: '255.255.255.0', config });
  const one = new MemoryTunnel(lan.value, '192.168.240.10');
  // A forged sender, then an honest one: the host answers the second only.
  one.say(ping('192.168.240.11', LAN_HOST, 1));
  one.say(ping('192.168.240.10', LAN_HOST, 2));
  const honest = await next(one, 1);
  one.say(ping('192.168.240.10', GATEWAY, 3));
  const gateway = await next(one, 1);

  const sha256 = await download(one, '192.168.240.10');
  one.take();

  // A code is due: the host is not reached, the router is.
  const due = { due: () => true, ifno: 1, submit: () => false };
  const owing = new MemoryTunnel(lan.value, '192.168.240.12', { secondStep: due });
  owing.say(ping('192.168.240.12', LAN_HOST, 4));
  owing.say(ping('192.168.240.12', GATEWAY, 5));
  const restricted = await next(owing, 1);

  // The host echoes 1000 bytes with Don't Fragment, is told the MTU, and cuts up the next ones.
  const narrow = new MemoryTunnel(lan.value, '192.168.240.13', { mtu: 600 });
  const ends = {
    source: number('192.168.240.13'),
    destination: number(LAN_HOST),
    sourcePort: 5000,
    destinationPort: 7,
  };
  narrow.say(encodeUdp(ends, new Uint8Array(1000)));
  const repeat = setInterval(() => narrow.say(encodeUdp(ends, new Uint8Array(1000))), 50);
  const fragments = (await next(narrow, 2)).slice(0, 2);
  clearInterval(repeat);

  // A lone tunnel without room holds the device back and loses nothing.
  owing.port.detach();
  narrow.port.detach();
  one.take();
  one.open = false;
  const refused = new Promise<void>((resolve) => {
    one.onRefused = resolve;
  });
  one.say(ping('192.168.240.10', LAN_HOST, 6));
  one.say(ping('192.168.240.10', LAN_HOST, 7));
  await refused;
  one.open = true;
  one.port.drained();
  const held = await next(one, 2);

  await lan.value.close();
  const forwardingAfter = (await readFile('/proc/sys/net/ipv4/ip_forward', 'latin1')).trim();
  return {
    again: again.ok ? 'made' : again.error.kind,
    honest,
    gateway,
    sha256,
    restricted,
    fragments,
    held,
    deviceLeft: Object.keys(networkInterfaces()).includes('vigor0'),
    forwardingBack: forwardingBefore === forwardingAfter,
  };
}

function fetchText(
  url: string,
): Promise<{ status: number | undefined; body: string; location: string | undefined }> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const { statusCode: status, headers } = response;
        resolve({ status, body: Buffer.concat(chunks).toString(), location: headers.location });
      });
    }).on('error', reject);
  });
}

async function client(): Promise<unknown> {
  const tun = openTunDevice('ppp0');
  if (!tun.ok) {
    return tun.error;
  }
  execFileSync('ip', ['link', 'set', 'dev', 'ppp0', 'mtu', '1442', 'up']);
  execFileSync('ip', ['address', 'add', '192.168.240.10/32', 'dev', 'ppp0']);
  execFileSync('ip', ['route', 'add', 'default', 'dev', 'ppp0']);
  const text = 'x'.repeat(16_000);
  const lan = createBuiltInLan({
    gateway: GATEWAY,
    config: { hosts: [{ address: LAN_HOST, names: [], text }], records: [] },
  });
  let owed = true;
  const submit = (otp: string): boolean => {
    owed = otp !== '123456';
    return !owed;
  };
  const tunnel = new MemoryTunnel(lan, '192.168.240.10', {
    secondStep: { due: () => owed, ifno: 9, submit },
  });
  tunnel.onPacket = (packet) => {
    tun.value.write(packet, 0, packet.length);
  };
  tun.value.onReadable(() => {
    for (let end = tun.value.read(); end > 0; end = tun.value.read()) {
      tunnel.port.receive(tun.value.readBuffer, PACKET_AT, end);
    }
  });
  const before = await fetchText(`http://${GATEWAY}/`);
  const wrong = await fetchText(`http://${GATEWAY}/vpnmfa.cgi?act=0&ifno=9&otp=000000&sec=`);
  const right = await fetchText(`http://${GATEWAY}/vpnmfa.cgi?act=0&ifno=9&otp=123456&sec=`);
  const many = await Promise.all(Array.from({ length: 20 }, () => fetchText(`http://${LAN_HOST}/`)));
  const closed = await fetchText(`http://${LAN_HOST}:81/`).catch(
    (error: NodeJS.ErrnoException) => error.code,
  );
  const nobody = await fetchText('http://192.168.1.99/').catch((error: NodeJS.ErrnoException) => error.code);
  await lan.close();
  tun.value.close();
  return {
    statuses: [before.status, wrong.status, right.status],
    location: before.location,
    whole: many.filter(({ body }) => body === text).length,
    closed,
    nobody,
  };
}

process.stdout.write(`${JSON.stringify(await (process.argv[2] === 'router' ? router() : client()))}\n`);
