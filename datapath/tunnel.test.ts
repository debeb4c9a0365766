import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  type Namespace,
  connectNamespaces,
  createNamespace,
  namespacesPossible,
} from '../test/support/namespace.ts';

const at = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);

/** One end of a tunnel over plain TCP: its device `tun0` with our address, routed to the other's. */
const END = `
  import { execFileSync } from 'node:child_process';
  import { connect, createServer } from 'node:net';
  import { openTunDevice } from ${at('./open-tun-device.ts')};
  import { TunnelLink } from ${at('./tunnel-link.ts')};
  import { startPump } from ${at('./packet-pump.ts')};
  const [role, ours, theirs, offload, framesPerRecord, queue] = process.argv.slice(1);
  const opened = openTunDevice('tun0', { mustBeNew: true, offload });
  if (!opened.ok) throw new Error('not opened');
  for (const line of ['link set dev tun0 addrgenmode none', 'link set dev tun0 mtu 1380 up', 'addr add ' + ours + '/32 dev tun0', 'route add ' + theirs + '/32 dev tun0'])
    execFileSync('ip', line.split(' '));
  function tunnel(socket) {
    socket.setNoDelay(true);
    const link = new TunnelLink(socket, {
      control() {}, keepAliveReply() {},
      packet: (bytes, start, end) => pump.packet(bytes, start, end),
      drain: () => pump.drain(),
      closed(how) {
        pump.stop();
        opened.value.close();
        process.stdout.write(JSON.stringify({ how, dropped: pump.dropped, ...link.counters }) + '\\n');
        server?.close();
      },
    }, { framesPerRecord });
    link.prepareForTraffic({ mtu: 1380, fairQueue: queue === 'queue' });
    const pump = startPump(opened.value, link, 1380);
    process.once('SIGTERM', () => link.sendClose());
  }
  let server;
  if (role === 'listen') {
    server = createServer({ allowHalfOpen: true }, tunnel).listen(4433, () => process.stdout.write('ready\\n'));
  } else {
    const socket = connect(4433, '192.0.2.1', () => { tunnel(socket); process.stdout.write('ready\\n'); });
  }
`;

const LENGTH = 8_000_000;
/** Sends LENGTH bytes to whoever connects, and digests what comes back. */
const SERVE = `
  import { createServer } from 'node:net';
  const data = Buffer.alloc(${LENGTH});
  for (let i = 0, x = 1; i < data.length; i += 1) { x = (x * 1103515245 + 12345) & 0x7fffffff; data[i] = x >> 16; }
  createServer((socket) => socket.end(data)).listen(8000, () => process.stdout.write('ready\\n'));
`;
const FETCH = `
  import { connect } from 'node:net';
  import { createHash } from 'node:crypto';
  const hash = createHash('sha256');
  connect(8000, process.argv[1]).on('data', (chunk) => hash.update(chunk)).on('end', () => process.stdout.write(hash.digest('hex')));
`;

function expectedHash(): string {
  const data = Buffer.alloc(LENGTH);
  for (let i = 0, x = 1; i < data.length; i += 1) {
    x = (x * 1103515245 + 12345) & 0x7fffffff;
    data[i] = x >> 16;
  }
  return createHash('sha256').update(data).digest('hex');
}

function script(text: string, ...args: string[]): string[] {
  return [process.execPath, '--input-type=module-typescript', '-e', text, ...args];
}

async function firstLine(child: ChildProcess): Promise<string> {
  if (child.stdout === null) throw new Error('no pipe');
  const [chunk]: unknown[] = await once(child.stdout, 'data');
  return String(chunk).trim();
}

describe.skipIf(!namespacesPossible())('two devices, two hosts, one tunnel', () => {
  let left: Namespace;
  let right: Namespace;
  beforeAll(async () => {
    [left, right] = await Promise.all([createNamespace('tunnel-left'), createNamespace('tunnel-right')]);
    await connectNamespaces(left, right, { addressA: '192.0.2.1/24', addressB: '192.0.2.2/24' });
  });
  afterAll(() => Promise.all([left.remove(), right.remove()]));

  test.each([
    ['none', 'many', 'no queue'],
    ['tcp', 'many', 'queue'],
    ['tcp-udp', 'many', 'queue'],
    ['tcp-udp', 'one', 'no queue'],
  ])(
    'offload %s, %s, %s: 8 MB each way arrive unchanged, and the link ends in order',
    async (...switches) => {
      const pipes: SpawnOptions = { stdio: ['ignore', 'pipe', 'inherit'] };
      const listening = left.spawn(script(END, 'listen', '10.9.0.1', '10.9.0.2', ...switches), pipes);
      expect(await firstLine(listening)).toBe('ready');
      const dialling = right.spawn(script(END, 'dial', '10.9.0.2', '10.9.0.1', ...switches), pipes);
      expect(await firstLine(dialling)).toBe('ready');
      const servers = [left, right].map((host) => host.spawn(script(SERVE), pipes));
      await Promise.all(servers.map((server) => firstLine(server)));
      const hashes = await Promise.all([
        right.exec(script(FETCH, '10.9.0.1')),
        left.exec(script(FETCH, '10.9.0.2')),
      ]);
      expect(hashes).toEqual([expectedHash(), expectedHash()]);
      const reports = Promise.all([firstLine(listening), firstLine(dialling)]);
      const exits = Promise.all([once(listening, 'exit'), once(dialling, 'exit')]);
      dialling.kill('SIGTERM');
      const [theirs, ours]: unknown[] = (await reports).map((line): unknown => JSON.parse(line));
      expect(theirs).toMatchObject({ how: 'close-frame', dropped: 0 });
      expect(ours).toMatchObject({ dropped: 0 });
      expect((await exits).map(([code]: unknown[]) => code)).toEqual([0, 0]);
      expect(await left.exec(['ip', '-o', 'link'])).not.toContain('tun0');
      // The next test's servers have the same port.
      for (const server of servers) server.kill('SIGKILL');
      await Promise.all(servers.map((server) => once(server, 'exit')));
    },
  );
});
