import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Namespace, createNamespace, namespacesPossible } from '../test/support/namespace.ts';
import { openTunDevice } from './open-tun-device.ts';

describe('names', () => {
  test.each(['', 'a-name-too-long-', 'a/b', '..', 'vpn%d', 'a b', 'vpn0\0'])('%j is refused', (name) => {
    expect(openTunDevice(name)).toMatchObject({ ok: false });
  });
});

describe.skipIf(!namespacesPossible())('in a namespace', () => {
  let host: Namespace;
  /** Whether the kernel takes an eBPF program from this process. */
  let steers: unknown;
  beforeAll(async () => {
    host = await createNamespace('tun-device');
    [steers] = await run(`
      const load = libcWith(({ bpf }) => ({ bpf: (...given) => { const taken = bpf(...given); report(taken >= 0); return taken; } }));
      openTunDevice('probe', { mustBeNew: true, manyQueues: true }, load);
      process.exit();`);
  });
  afterAll(() => host.remove());

  /** Runs a piece of TypeScript inside, which has `openTunDevice`, `libcWith(changes)` and `report(value)`; gives what it reported. */
  async function run(body: string): Promise<unknown[]> {
    const module = new URL('./open-tun-device.ts', import.meta.url).href;
    const libc = new URL('./libc.ts', import.meta.url).href;
    const head = `import { openTunDevice } from ${JSON.stringify(module)};
      import { loadLibc } from ${JSON.stringify(libc)};
      const libcWith = (changed) => { const { value } = loadLibc(); return () => ({ ok: true, value: { ...value, ...changed(value) } }); };
      const report = (value: unknown) => process.stdout.write(JSON.stringify(value) + '\\n');`;
    const output = await host.exec([process.execPath, '--input-type=module-typescript', '-e', head + body]);
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line): unknown => JSON.parse(line));
  }

  test('mustBeNew takes no device that is there, and the device goes with the process', async () => {
    await host.exec(['ip', 'tuntap', 'add', 'dev', 'mine', 'mode', 'tun']);
    await host.exec(['ip', 'link', 'add', 'bridge0', 'type', 'bridge']);
    const seen = await run(`
      report(openTunDevice('mine', { mustBeNew: true }));
      report(openTunDevice('bridge0', { mustBeNew: true }));
      report(openTunDevice('bridge0').ok);
      const attached = openTunDevice('mine');
      report(attached.ok);
      report(openTunDevice('mine'));
      const made = openTunDevice('made', { mustBeNew: true });
      report(made.ok && made.value.name);
      setInterval(() => {}, 1e6);
      process.exit(0);`);
    expect(seen).toEqual([
      { ok: false, error: { kind: 'device-exists', name: 'mine' } },
      { ok: false, error: { kind: 'device-exists', name: 'bridge0' } },
      false,
      true,
      {
        ok: false,
        error: {
          kind: 'network-setup-failed',
          step: 'tun-device',
          detail: 'mine is in use by another program',
        },
      },
      'made',
    ]);
    expect(await host.exec(['ip', '-o', 'link'])).not.toContain('made');
  });

  test('without privilege', async () => {
    const module = new URL('./open-tun-device.ts', import.meta.url).href;
    const body = `import(${JSON.stringify(module)}).then((m) => console.log(JSON.stringify(m.openTunDevice('nope'))));`;
    const drop = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];
    const output = await host.exec([...drop, process.execPath, '-e', body]);
    expect(JSON.parse(output)).toEqual({
      ok: false,
      error: { kind: 'device-not-permitted', missing: 'privilege' },
    });
  });

  test("another program's device goes with its owner, who has no privilege, also when killed", async () => {
    const module = new URL('./open-tun-device.ts', import.meta.url).href;
    const drop = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--bounding-set=-all'];
    const attach = async (name: string, options: string): Promise<string> => {
      await host.exec(['ip', 'tuntap', 'add', 'dev', name, 'mode', 'tun', 'user', '65534']);
      const body = `import { openTunDevice } from ${JSON.stringify(module)};
        const opened = openTunDevice('${name}', ${options});
        process.stdout.write(String(opened.ok && opened.value.offload));
        process.kill(process.pid, 'SIGKILL');`;
      const program = [process.execPath, '--input-type=module-typescript', '-e', body];
      return host.exec(['sh', '-c', '"$@" || true', 'sh', ...drop, ...program]);
    };
    expect(await attach('stays', '{}')).toBe('undefined');
    expect(await attach('goes', "{ removeAtClose: true, offload: 'tcp' }")).toBe('tcp');
    expect(await host.exec(['ip', '-o', 'link'])).toMatch(/ stays: /);
    expect(await host.exec(['ip', '-o', 'link'])).not.toMatch(/ goes: /);
  });

  test('without /dev/net/tun', async () => {
    const bare = await createNamespace('no-tun');
    try {
      const module = new URL('./open-tun-device.ts', import.meta.url).href;
      const body = `import(${JSON.stringify(module)}).then((m) => console.log(JSON.stringify(m.openTunDevice('nope'))));`;
      await bare.exec(['mount', '-t', 'tmpfs', 'none', '/dev/net']);
      const output = await bare.exec([process.execPath, '-e', body]);
      expect(JSON.parse(output)).toEqual({
        ok: false,
        error: { kind: 'device-not-permitted', missing: 'tun-device' },
      });
    } finally {
      await bare.remove();
    }
  });

  test.each(['poll', 'socket'])('packets go in and out; a paused device is not read (%s)', async (watch) => {
    const seen = await run(`
      import { execFileSync } from 'node:child_process';
      import { createSocket } from 'node:dgram';
      const opened = openTunDevice('flow', { mustBeNew: true, watch: '${watch}' });
      if (!opened.ok) throw new Error('not opened');
      const tun = opened.value;
      execFileSync('ip', ['link', 'set', 'dev', 'flow', 'addrgenmode', 'none']); // no packets of the kernel's own
      execFileSync('ip', ['link', 'set', 'dev', 'flow', 'up']);
      execFileSync('ip', ['addr', 'add', '10.9.0.1/24', 'dev', 'flow']);
      const buffer = Buffer.from(tun.readBuffer.buffer);
      const socket = createSocket('udp4');
      socket.bind(4000, '10.9.0.1', () => {
        socket.on('message', (message, from) => {
          report([String(message), from.address, from.port]);
          socket.close();
          tun.close();
          tun.close();
          report([tun.read(), tun.write(buffer, 0, 10)]);
        });
        tun.onReadable(() => {
          report('readable');
          const end = tun.read();
          const packet = buffer.subarray(12, end);
          const next = tun.read();
          report([packet.length, next]);
          // Its echo: addresses and ports the other way round keep the checksums as they are.
          const source = Buffer.from(packet.subarray(12, 16));
          packet.copy(packet, 12, 16, 20);
          source.copy(packet, 16);
          const port = packet.readUInt16BE(20);
          packet.writeUInt16BE(packet.readUInt16BE(22), 20);
          packet.writeUInt16BE(port, 22);
          report(tun.write(buffer, 12, end));
        });
        tun.pause();
        socket.send('hello', 7, '10.9.0.2', () => setTimeout(() => { report('paused'); tun.resume(); }, 50));
      });`);
    expect(seen).toEqual(['paused', 'readable', [33, 0], true, ['hello', '10.9.0.2', 7], [-1, false]]);
  });

  test.each(['poll', 'socket'])(
    'a device deleted under us is told once, and the process ends (%s)',
    async (watch) => {
      const seen = await run(`
      import { execFile } from 'node:child_process';
      const opened = openTunDevice('doomed', { mustBeNew: true, manyQueues: true, watch: '${watch}' });
      if (!opened.ok) throw new Error('not opened');
      const tun = opened.value;
      tun.onReadable(() => { while (tun.read() > 0); });
      tun.onGone(() => { report('gone'); report(tun.read()); tun.close(); });
      execFile('ip', ['link', 'set', 'dev', 'doomed', 'up'], () => execFile('ip', ['link', 'del', 'doomed']));`);
      expect(seen).toEqual(['gone', -1]);
    },
  );

  test.each([
    [
      'UDP segmentation',
      'tcp',
      '(_d, _request, argument) => (argument & 0x60 ? -1 : ioctlNumber(_d, _request, argument))',
    ],
    ['any segmentation', undefined, '() => -1'],
  ])('a kernel that refuses %s', async (_what, offload, ioctl) => {
    const seen = await run(`
      const load = libcWith(({ ioctlNumber }) => ({ ioctlNumber: ${ioctl} }));
      const opened = openTunDevice('older', { mustBeNew: true, offload: 'tcp-udp' }, load);
      report(opened.ok ? [opened.value.name, opened.value.offload ?? 'none'] : opened.error);
      if (opened.ok) opened.value.close();`);
    expect(seen).toEqual([['older', offload ?? 'none']]);
  });

  test('a kernel without the virtio header', async () => {
    const seen = await run(`
      const load = libcWith(({ ioctl }) => ({
        ioctl: (descriptor, request, bytes) => (bytes[17] & 0x40 ? -1 : ioctl(descriptor, request, bytes)),
        errno: () => 22,
      }));
      const opened = openTunDevice('oldest', { mustBeNew: true, offload: 'tcp-udp' }, load);
      report(opened.ok ? [opened.value.name, opened.value.offload ?? 'none'] : opened.error);
      if (opened.ok) opened.value.close();`);
    expect(seen).toEqual([['oldest', 'none']]);
  });

  /** A device of several queues named `name`, with an address of each family, that waits to be read. */
  function manyQueued(name: string, options = '', load = 'undefined'): string {
    return `
      import { execFileSync, spawnSync } from 'node:child_process';
      import { createSocket } from 'node:dgram';
      const opened = openTunDevice('${name}', { mustBeNew: true, manyQueues: true, ${options} }, ${load});
      if (!opened.ok) throw new Error(JSON.stringify(opened.error));
      const tun = opened.value;
      execFileSync('ip', 'link set dev ${name} addrgenmode none up'.split(' '));
      execFileSync('ip', 'addr add 10.9.8.1/24 dev ${name}'.split(' '));
      execFileSync('ip', 'addr add fd09::1/64 dev ${name} nodad'.split(' '));
      const peers = [['udp4', '10.9.8.2'], ['udp6', 'fd09::2']];
      const buffer = Buffer.from(tun.readBuffer.buffer);`;
  }

  /** How many datagrams and pings wait in a device into which 3000 datagrams went before each of two pings. */
  function flooded(options: string, load?: string): string {
    return `${manyQueued('flooded', options, load)}
      for (const [family, to] of peers) {
        const socket = createSocket(family);
        for (let i = 0; i < 3000; i += 1) await new Promise((sent) => socket.send('x', 5000 + (i % 7), to, sent));
        socket.close();
        spawnSync('ping', ['-c', '1', '-W', '1', '-n', to]);
      }
      const count = { udp: 0, pings: 0 };
      const look = () => {
        for (let end = tun.read(); end > 0; end = tun.read()) {
          const [protocol, type] = buffer[12] >> 4 === 6 ? [buffer[12 + 6], buffer[12 + 40]] : [buffer[12 + 9], buffer[12 + 20]];
          if (protocol === 17) count.udp += 1;
          else if ((protocol === 1 && type === 8) || (protocol === 58 && type === 128)) count.pings += 1;
        }
      };`;
  }

  test.for(['poll', 'socket'])(
    'a flood of UDP pushes out nothing else, and all queues are emptied (%s)',
    async (watch, { skip }) => {
      skip(steers !== true, 'the kernel takes no program');
      const counted = await run(`${flooded(`watch: '${watch}', offload: 'tcp-udp'`)}
        for (let before = -1; before < count.udp + count.pings; look()) before = count.udp + count.pings;
        report(count);
        tun.close();`);
      expect(counted).toEqual([{ udp: 1500, pings: 2 }]);
      const called = await run(`${flooded(`watch: '${watch}', offload: 'tcp-udp'`)}
        tun.onReadable(() => {
          look();
          if (count.pings < 2 || count.udp < 1500) return;
          report(count);
          tun.close();
        });`);
      expect(called).toEqual([{ udp: 1500, pings: 2 }]);
    },
  );

  test('fragments of a datagram come in their order', async () => {
    const offsets = await run(`${manyQueued('cut')}
      for (const [family, to] of peers) {
        const socket = createSocket(family);
        await new Promise((bound) => socket.bind(5001, bound));
        // The ports lead to the last queue, and what stands in their place further on to the first of UDP's.
        await new Promise((sent) => socket.send(Buffer.alloc(4000, 'x'), 5003, to, sent));
        socket.close();
        for (let end = tun.read(); end > 0; end = tun.read()) {
          const isIpv6 = buffer[12] >> 4 === 6;
          if (isIpv6 ? buffer[12 + 6] === 44 : buffer[12 + 9] === 17)
            report(isIpv6 ? buffer.readUInt16BE(12 + 42) & 0xfff8 : (buffer.readUInt16BE(12 + 6) & 0x1fff) * 8);
        }
      }
      tun.close();`);
    expect(offsets).toEqual([0, 1480, 2960, 0, 1448, 2896]);
  });

  test.each([
    ['no program', '({ bpf: () => -1 })'],
    [
      'no device of several queues',
      '(({ ioctl }) => ({ ioctl: (descriptor, request, bytes) => (bytes[17] & 1 ? -1 : ioctl(descriptor, request, bytes)) }))',
    ],
  ])('where the kernel takes %s, there is one queue', async (_what, changed) => {
    const load = changed.startsWith('((') ? `libcWith(${changed})` : `libcWith(() => ${changed})`;
    const counted = await run(`${flooded("offload: 'tcp-udp'", load)}
      look();
      report(count);
      tun.close();`);
    // Of the kernel's own there may be one or two.
    expect(counted).toEqual([{ udp: expect.closeTo(500, -1), pings: 0 }]);
  });

  test.each([
    [
      'koffi has no poll',
      'poll',
      "poll: () => { throw new TypeError('koffi.node.poll is not a function'); }",
    ],
    ['no socket pair can be had', 'socket', 'socketPair: () => undefined'],
    ['a descriptor cannot be moved', 'socket', 'replaceDescriptor: () => false'],
    [
      'the third queue is refused',
      'socket',
      '...((calls) => ({ ioctl: (...given) => ((calls += 1) > 3 ? -1 : libc.ioctl(...given)) }))(0)',
    ],
  ])('where %s, packets come all the same, and nothing stays open', async (_what, watch, changed) => {
    const seen = await run(`
      import { execFileSync } from 'node:child_process';
      import { createSocket } from 'node:dgram';
      import { readdirSync } from 'node:fs';
      import { setImmediate as turn } from 'node:timers/promises';
      const load = libcWith((libc) => ({ ${changed} }));
      const before = readdirSync('/proc/self/fd').length;
      const opened = openTunDevice('other', { mustBeNew: true, manyQueues: true, watch: '${watch}' }, load);
      if (!opened.ok) throw new Error('not opened');
      const tun = opened.value;
      execFileSync('ip', 'link set dev other addrgenmode none up'.split(' '));
      tun.onReadable(async () => {
        report(tun.read() > 0);
        tun.close();
        await turn();
        report(readdirSync('/proc/self/fd').length - before);
      });
      execFileSync('ip', 'addr add 10.9.3.1/24 dev other'.split(' '));
      const socket = createSocket('udp4');
      socket.send('hello', 7, '10.9.3.2', () => socket.close());`);
    expect(seen).toEqual([true, 0]);
  });

  test('a thread that is ended takes its device along, and the process goes on', async () => {
    const seen = await run(`
      import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
      import { once } from 'node:events';
      import { Worker } from 'node:worker_threads';
      const open = () => readdirSync('/proc/self/fd').flatMap((fd) => {
        try { return [readlinkSync('/proc/self/fd/' + fd)]; } catch { return []; }
      }).filter((target) => /tun|socket/.test(target)).length;
      const before = open();
      const worker = new Worker(
        \`Promise.all([import(${JSON.stringify(new URL('./open-tun-device.ts', import.meta.url).href)}), import('node:worker_threads')]).then(([{ openTunDevice }, { parentPort }]) => {
          const opened = openTunDevice('thread0', { mustBeNew: true, offload: 'tcp-udp' });
          opened.value.onReadable(() => {});
          parentPort.postMessage(opened.ok);
        })\`, { eval: true });
      report((await once(worker, 'message'))[0]);
      report(readFileSync('/proc/net/dev', 'utf8').includes('thread0'));
      report(open() - before);
      await worker.terminate();
      report(readFileSync('/proc/net/dev', 'utf8').includes('thread0'));
      report(open() - before);`);
    expect(seen).toEqual([true, true, 1, false, 0]);
  });

  test('an open, watched device holds no exit', async () => {
    const child = host.spawn(
      [
        process.execPath,
        '--input-type=module-typescript',
        '-e',
        `import { openTunDevice } from ${JSON.stringify(new URL('./open-tun-device.ts', import.meta.url).href)};
         const opened = openTunDevice('busy0');
         if (!opened.ok) throw new Error('not opened');
         opened.value.onReadable(() => {});
         process.on('SIGTERM', () => process.exit(7));
         process.stdout.write('ready');`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    if (child.stdout === null) throw new Error('no pipe');
    await once(child.stdout, 'data');
    child.kill('SIGTERM');
    expect((await once(child, 'exit'))[0]).toBe(7);
  });
});
