import { once } from 'node:events';
import { type OnReadOpts, connect, createServer } from 'node:net';
import { PerformanceObserver, constants } from 'node:perf_hooks';
import { getHeapStatistics } from 'node:v8';
import { startPump } from '../packet-pump.ts';
import { allocateReadBuffer } from '../read-buffer.ts';
import type { TunDevice, TunOffload } from '../tun-device.ts';
import { TunnelLink, type TunnelLinkHandlers } from '../tunnel-link.ts';
import { GsoType, HEADER_AT, PACKET_AT } from '../virtio-header.ts';
import { superpacket, tcpPacket } from './packets.ts';

/**
 * Carries a million packets from one device to another, both in memory, through two links over loopback, and prints
 * how often V8 had to clear its young generation meanwhile. `node --expose-gc --max-semi-space-size=1 … OFFLOAD`.
 */
const PACKETS = 1_000_000;
const MTU = 1400;
const WARM_UP = 100_000;
const offload: TunOffload | undefined = process.argv[2] === 'tcp-udp' ? 'tcp-udp' : undefined;

const SEGMENT = MTU - 40;
const ONE = tcpPacket({ payload: new Uint8Array(SEGMENT) });
const MANY = superpacket(tcpPacket({ payload: new Uint8Array(40 * SEGMENT) }), GsoType.tcp4, SEGMENT);

let clearings = 0;
const observer = new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const detail: unknown = Reflect.get(entry, 'detail');
    const kind = typeof detail === 'object' && detail !== null ? Reflect.get(detail, 'kind') : undefined;
    if (kind === constants.NODE_PERFORMANCE_GC_MINOR) clearings += 1;
  }
});
observer.observe({ entryTypes: ['gc'] });

/** Gives the same bytes for ever, or takes what comes. */
class EndlessTun implements TunDevice {
  readonly name = 'endless';
  readonly offload = offload;
  readonly readBuffer = allocateReadBuffer();
  readonly #bytes: Uint8Array;
  #readable: () => void = () => {};
  #turn: NodeJS.Immediate | undefined;
  written = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  read(): number {
    const start = offload === undefined ? PACKET_AT : HEADER_AT;
    this.readBuffer.set(this.#bytes, start);
    return start + this.#bytes.length;
  }
  write(): boolean {
    this.written += 1;
    return true;
  }
  onReadable(callback: () => void): void {
    this.#readable = callback;
  }
  pause(): void {
    clearImmediate(this.#turn);
    this.#turn = undefined;
  }
  resume(): void {
    this.#turn ??= setImmediate(this.#run);
  }
  onGone(): void {}
  close(): void {}
  readonly #run = (): void => {
    this.#turn = setImmediate(this.#run);
    this.#readable();
  };
}

const done = Promise.withResolvers<undefined>();
const warm = Promise.withResolvers<undefined>();
let received = 0;

function handlers(packet: TunnelLinkHandlers['packet'], drain: () => void): TunnelLinkHandlers {
  return { control() {}, keepAliveReply() {}, packet, closed() {}, drain };
}

const server = createServer((socket) => {
  const link: TunnelLink = new TunnelLink(
    socket,
    handlers(
      () => {},
      () => pump.drain(),
    ),
  );
  link.prepareForTraffic({ mtu: MTU });
  const source = new EndlessTun(offload === undefined ? ONE : MANY);
  const pump = startPump(source, link, MTU);
  void done.promise.then(() => {
    pump.stop();
    link.destroy();
  });
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const address = server.address();
if (address === null || typeof address === 'string') throw new Error('no port');

const onread: OnReadOpts = {
  buffer: new Uint8Array(64 * 1024),
  callback: (length, buffer) => {
    link.push(buffer, 0, length);
    return true;
  },
};
const socket = connect({ host: '127.0.0.1', port: address.port, onread });
const target = new EndlessTun(new Uint8Array(0));
const link: TunnelLink = new TunnelLink(
  socket,
  handlers(
    (bytes, start, end) => {
      pump.packet(bytes, start, end);
      received += 1;
      if (received === WARM_UP) warm.resolve(undefined);
      if (received === WARM_UP + PACKETS) done.resolve(undefined);
    },
    () => {},
  ),
);
const pump = startPump(target, link, MTU);
target.pause();

await warm.promise;
await nextTurn();
const [clearingsBefore, heapBefore] = [clearings, heapInUse()];
await done.promise;
await nextTurn();
link.destroy();
server.close();
process.stdout.write(
  JSON.stringify({
    clearings: clearings - clearingsBefore,
    heapGrowth: heapInUse() - heapBefore,
    writes: target.written,
  }),
);
process.exit();

/** Bytes. Without what only waits to be collected: how much that is depends on when V8 finds the time. */
function heapInUse(): number {
  if (globalThis.gc === undefined) throw new Error('node takes --expose-gc here');
  globalThis.gc();
  return getHeapStatistics().used_heap_size;
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}
