import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect, createServer } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PppProtocol } from '../shared/protocol/ppp-frame.ts';
import { createCertificate } from '../emulator/certificate.ts';
import type { FramesPerRecord } from '../datapath/frame-sender.ts';
import { type LinkEnd, TunnelLink, type TunnelLinkOptions } from '../datapath/tunnel-link.ts';

const server = createServer();
const sockets = new Set<Socket>();
beforeAll(async () => {
  const { keyPem, pem } = await createCertificate({
    issuer: 'self-signed',
    commonName: 'Vigor Router',
    names: [],
    validFrom: new Date(Date.now() - 60_000).toISOString(),
    validTo: new Date(Date.now() + 3_600_000).toISOString(),
  });
  server.setSecureContext({ key: keyPem, cert: pem });
  server.on('connection', (socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  for (const socket of sockets) socket.destroy();
  server.close();
});

interface End {
  readonly link: TunnelLink;
  readonly packets: Buffer[];
  readonly ended: Promise<LinkEnd>;
  readonly ends: LinkEnd[];
  onDrain: () => void;
  onPacket: () => void;
}

function makeEnd(socket: TLSSocket, options: TunnelLinkOptions = {}): End {
  const packets: Buffer[] = [];
  const ends: LinkEnd[] = [];
  let tellEnd: (how: LinkEnd) => void = () => {};
  const ended = new Promise<LinkEnd>((resolve) => {
    tellEnd = resolve;
  });
  const link = new TunnelLink(
    socket,
    {
      control: () => {},
      keepAliveReply: () => {},
      packet(bytes, start, stop) {
        packets.push(Buffer.from(bytes.subarray(start, stop)));
        end.onPacket();
      },
      closed(how) {
        ends.push(how);
        tellEnd(how);
      },
      drain: () => end.onDrain(),
    },
    options,
  );
  const end: End = { link, packets, ended, ends, onDrain: () => {}, onPacket: () => {} };
  return end;
}

/** The client reads through `onread`, one buffer used again and again, as the real one does; the router by events. */
async function pair(framesPerRecord: FramesPerRecord = 'many'): Promise<{
  client: End;
  router: End;
  clientSocket: TLSSocket;
  routerSocket: TLSSocket;
}> {
  const accepted = once(server, 'secureConnection');
  const ends: { client?: End } = {};
  const options: ConnectionOptions & { onread: unknown } = {
    host: '127.0.0.1',
    port: portOf(server.address()),
    rejectUnauthorized: false,
    onread: {
      buffer: Buffer.alloc(64 * 1024),
      callback(length: number, buffer: Buffer) {
        ends.client?.link.push(buffer, 0, length);
        return true;
      },
    },
  };
  const clientSocket = connect(options);
  const [[routerSocket]] = await Promise.all([accepted, once(clientSocket, 'secureConnect')]);
  const client = makeEnd(clientSocket, { framesPerRecord });
  ends.client = client;
  return { client, router: makeEnd(routerSocket), clientSocket, routerSocket };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('thousands of packets both ways at once, over reused buffers', async () => {
  const { client, router } = await pair();
  const sent = Array.from({ length: 3000 }, (_, i) => {
    const packet = randomBytes(40 + ((i * 131) % 1300));
    packet[0] = 0x45;
    return packet;
  });
  const all = [client, router].map((end) => {
    let next = 0;
    const offer = (): void => {
      for (; next < sent.length; next += 1) {
        const packet = sent[next];
        if (packet === undefined || !end.link.sendPacket(packet, 0, packet.length)) return;
      }
    };
    end.onDrain = offer;
    const received = new Promise<void>((resolve) => {
      end.onPacket = () => {
        if (end.packets.length === sent.length) resolve();
      };
    });
    offer();
    return received;
  });
  await Promise.all(all);
  for (const end of [client, router]) {
    expect(Buffer.concat(end.packets).equals(Buffer.concat(sent))).toBe(true);
    expect(end.packets.map((packet) => packet.length)).toEqual(sent.map((packet) => packet.length));
  }
  client.link.destroy();
  router.link.destroy();
});

/** Sends `lengths` at full speed; what the router's socket gave out at a time, which Node does record by record. */
async function recordsOf(framesPerRecord: FramesPerRecord, lengths: readonly number[]): Promise<number[]> {
  const { client, router, routerSocket } = await pair(framesPerRecord);
  client.link.prepareForTraffic({ mtu: 1400 });
  const records: number[] = [];
  routerSocket.on('data', (chunk: Buffer) => records.push(chunk.length));
  const packet = Buffer.alloc(1400, 0x45);
  let next = 0;
  const offer = (): void => {
    while (next < lengths.length && client.link.sendPacket(packet, 0, lengths[next] ?? 0)) next += 1;
  };
  client.onDrain = offer;
  client.link.sendControl(PppProtocol.lcp, new Uint8Array(8));
  client.link.sendControl(PppProtocol.lcp, new Uint8Array(12));
  offer();
  await new Promise<void>((resolve) => {
    router.onPacket = () => {
      if (router.packets.length === lengths.length) resolve();
    };
  });
  client.link.destroy();
  router.link.destroy();
  return records;
}

const LENGTHS = Array.from({ length: 400 }, (_, i) => (i % 3 === 0 ? 1400 : 40 + ((i * 131) % 1300)));
const FRAMES = [16, 20, ...LENGTHS.map((length) => length + 8)];

test('one frame per record, for a router that takes a record for a frame: also those of the negotiation', async () => {
  expect(await recordsOf('one', LENGTHS)).toEqual(FRAMES);
});

test('many frames per record, and none straddles two', async () => {
  const records = await recordsOf('many', LENGTHS);
  expect(records.length).toBeLessThan(FRAMES.length / 5);
  const ends = new Set<number>();
  let end = 0;
  for (const length of FRAMES) ends.add((end += length));
  let at = 0;
  for (const record of records) expect(ends).toContain((at += record));
});

test('goodbye from the client, and from the router', async () => {
  const one = await pair();
  one.client.link.sendClose();
  expect(await one.router.ended).toBe('close-frame');
  expect(await one.client.ended).toBe('ended');
  const other = await pair();
  other.router.link.sendClose();
  expect(await other.client.ended).toBe('close-frame');
  expect(await other.router.ended).toBe('ended');
});

test('the router ends the stream without a word', async () => {
  const { client, routerSocket } = await pair();
  routerSocket.end();
  expect(await client.ended).toBe('ended');
});

test('the router ends the stream inside a frame', async () => {
  const { client, routerSocket } = await pair();
  routerSocket.end(Buffer.of(0, 0, 0, 100, 0xff));
  expect(await client.ended).toMatchObject({ kind: 'protocol-error', code: 'truncated-stream' });
});

test('the connection is reset', async () => {
  const { client } = await pair();
  [...sockets].at(-1)?.resetAndDestroy();
  expect(await client.ended).toEqual({ kind: 'link-lost', reason: 'ECONNRESET' });
  client.link.sendControl(PppProtocol.lcp, new Uint8Array(8));
  expect(client.ends).toHaveLength(1);
});

test('destroyed with a write in flight', async () => {
  const { client, router } = await pair();
  const packet = Buffer.alloc(1400, 0x45);
  while (client.link.sendPacket(packet, 0, packet.length));
  client.link.destroy();
  expect(client.ends).toEqual(['destroyed']);
  await router.ended;
  expect(client.ends).toHaveLength(1);
});
