import type { Libc } from './libc.ts';
import type { ReadWatch } from './read-watch.ts';
import { TunQueues } from './tun-queues.ts';

/** A layer-3 network device whose packets this process reads and writes, one IP packet a call. */
export interface TunDevice {
  readonly name: string;
  /**
   * What the kernel leaves to us. With any of it, all that is read and written begins with a virtio header
   * (virtio-header.ts), and what is read may be a superpacket of 64 KiB. Undefined: plain packets.
   */
  readonly offload?: TunOffload | undefined;
  /** What was read last: a packet from PACKET_AT on, with `offload` a virtio header before it at HEADER_AT. */
  readonly readBuffer: Uint8Array;
  /**
   * One packet into `readBuffer`: where it ends there, 0 = none now, -1 = device gone. Outside of the callback only twice 0
   * says that there is none in any queue of the device.
   */
  read(): number;
  /** Gives source[start..end) to the kernel. False = it did not take it (device down, no memory): the packet is lost. */
  write(source: Uint8Array, start: number, end: number): boolean;
  /**
   * Calls back whenever packets wait, until `pause`. One callback at a time; a new one replaces the old.
   * Read at most a few dozen packets in it, so that sockets get their turn: it comes again while more wait.
   */
  onReadable(callback: () => void): void;
  pause(): void;
  resume(): void;
  /** The device was deleted under us. At most once; close() is still the caller's. */
  onGone(callback: () => void): void;
  /** Idempotent. A device that was made by opening it disappears. */
  close(): void;
}

/** TCP segmentation; or that of UDP datagrams too (since Linux 6.2). */
export type TunOffload = 'tcp' | 'tcp-udp';

/** A device of which each queue has a descriptor. */
export class LibcTunDevice implements TunDevice {
  readonly name: string;
  readonly offload: TunOffload | undefined;
  readonly readBuffer: Uint8Array;
  readonly #readStart: number;
  readonly #libc: Libc;
  readonly #queues: TunQueues;
  #paused = true;
  #wanted = false;
  #closed = false;
  #goneReported = false;
  #readable: () => void = () => {};
  #gone: () => void = () => {};
  // The buffer of the last call with its address: held, because an address alone keeps nothing alive.
  #writeBuffer: Uint8Array | undefined;
  #writeAddress = 0;

  constructor(
    name: string,
    offload: TunOffload | undefined,
    libc: Libc,
    queues: readonly [ReadWatch, ...ReadWatch[]],
    read: { readonly buffer: Uint8Array; readonly start: number },
  ) {
    this.name = name;
    this.offload = offload;
    this.readBuffer = read.buffer;
    this.#readStart = read.start;
    this.#libc = libc;
    this.#queues = new TunQueues(libc, queues, {
      address: libc.addressOf(read.buffer) + read.start,
      length: read.buffer.length - read.start,
    });
    this.#queues.listen({ readable: () => this.#onReadable(), gone: () => this.#reportGone() });
  }

  read(): number {
    if (this.#closed) return -1;
    const bytes = this.#queues.read();
    if (bytes > 0) return this.#readStart + bytes;
    if (bytes < 0) this.#reportGone();
    return bytes;
  }

  write(source: Uint8Array, start: number, end: number): boolean {
    if (this.#closed || start < 0 || end > source.length || start >= end) return false;
    if (source !== this.#writeBuffer) {
      this.#writeBuffer = source;
      this.#writeAddress = this.#libc.addressOf(source);
    }
    return this.#queues.write(this.#writeAddress + start, end - start) === end - start;
  }

  onReadable(callback: () => void): void {
    this.#readable = callback;
    if (this.#wanted || this.#closed) return;
    this.#wanted = true;
    this.resume();
  }

  pause(): void {
    this.#wanted = true;
    if (this.#paused || this.#closed) return;
    this.#paused = true;
    this.#queues.pause();
  }

  resume(): void {
    if (!this.#paused || this.#closed || this.#goneReported) return;
    this.#paused = false;
    this.#queues.resume();
  }

  onGone(callback: () => void): void {
    this.#gone = callback;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#queues.close();
    this.#writeBuffer = undefined;
  }

  #onReadable(): void {
    if (!this.#closed && !this.#paused) this.#readable();
  }

  #reportGone(): void {
    if (this.#goneReported || this.#closed) return;
    this.#goneReported = true;
    this.#paused = true;
    this.#queues.pause();
    this.#gone();
  }
}
