import { type Result, err, ok } from '../shared/result.ts';
import { Errno, type Libc, type PollHandle, loadLibc } from './libc.ts';

/** A layer-3 network device whose packets this process reads and writes, one IP packet a call. */
export interface TunDevice {
  readonly name: string;
  /** One packet into target[offset…offset+length): its bytes (cut off at `length`), 0 = none now, -1 = device gone. */
  read(target: Uint8Array, offset: number, length: number): number;
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

export type TunFailure =
  | { readonly kind: 'device-not-permitted'; readonly missing: 'privilege' | 'tun-device' | 'platform' }
  | { readonly kind: 'device-exists'; readonly name: string }
  | { readonly kind: 'network-setup-failed'; readonly step: 'tun-device'; readonly detail: string };

const CLONE_DEVICE = '/dev/net/tun';
const O_RDWR = 2;
const O_NONBLOCK = 0o4000;
const O_CLOEXEC = 0o2000000;
const TUNSETIFF = 0x400454ca;
const IFF_TUN = 0x0001;
const IFF_NO_PI = 0x1000;
const IFF_TUN_EXCL = 0x8000;

/*
 * struct ifreq (linux/if.h), 40 bytes
 *
 *   0                          16       18
 *   +--------------------------+--------+---------------
 *   | name, NUL-terminated     | flags  | unused
 *   +--------------------------+--------+---------------
 */
const IFREQ_LENGTH = 40;
const IFREQ_FLAGS = 16;
/** IFNAMSIZ less the NUL; no slash, no white space, no '%' (the kernel would count it up). */
const INTERFACE_NAME = /^[a-zA-Z0-9_.-]{1,15}$/;

/**
 * Opens the TUN device `name`: attaches to a persistent one of ours, or makes one that lives as long as
 * it is open. `mustBeNew` fails with device-exists instead of attaching.
 * The descriptor never blocks: a pending blocking read would hold the process at its exit.
 */
export function openTunDevice(
  name: string,
  options: { readonly mustBeNew?: boolean } = {},
): Result<TunDevice, TunFailure> {
  const libc = loadLibc();
  if (!libc.ok) return err({ kind: 'device-not-permitted', missing: 'platform' });
  if (!INTERFACE_NAME.test(name) || name === '.' || name === '..') {
    return err(setupFailed(`"${name}" is no name for a network device`));
  }
  const descriptor = libc.value.open(CLONE_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return err(openFailure(libc.value.errno()));
  const flags = IFF_TUN | IFF_NO_PI | (options.mustBeNew === true ? IFF_TUN_EXCL : 0);
  const request = new Uint8Array(IFREQ_LENGTH);
  new TextEncoder().encodeInto(name, request);
  new DataView(request.buffer).setUint16(IFREQ_FLAGS, flags, true);
  if (libc.value.ioctl(descriptor, TUNSETIFF, request) < 0) {
    const failure = attachFailure(libc.value.errno(), name, options.mustBeNew === true);
    libc.value.close(descriptor);
    return err(failure);
  }
  return ok(new LibcTunDevice(name, descriptor, libc.value));
}

function openFailure(errno: number): TunFailure {
  switch (errno) {
    case Errno.EPERM:
    case Errno.EACCES:
      return { kind: 'device-not-permitted', missing: 'privilege' };
    case Errno.ENOENT:
    case Errno.ENODEV:
    case Errno.ENXIO:
      return { kind: 'device-not-permitted', missing: 'tun-device' };
    default:
      return setupFailed(`${CLONE_DEVICE} cannot be opened (errno ${errno})`);
  }
}

function attachFailure(errno: number, name: string, mustBeNew: boolean): TunFailure {
  if (errno === Errno.EPERM || errno === Errno.EACCES) {
    return { kind: 'device-not-permitted', missing: 'privilege' };
  }
  if (errno === Errno.EBUSY) {
    return mustBeNew ? { kind: 'device-exists', name } : setupFailed(`${name} is in use by another program`);
  }
  // A device of that name which is no TUN device.
  if (errno === Errno.EINVAL && mustBeNew) return { kind: 'device-exists', name };
  return setupFailed(`${name} cannot be attached (errno ${errno})`);
}

function setupFailed(detail: string): TunFailure {
  return { kind: 'network-setup-failed', step: 'tun-device', detail };
}

class LibcTunDevice implements TunDevice {
  readonly name: string;
  readonly #descriptor: number;
  readonly #libc: Libc;
  /** A field, or else the handle is collected and its events stop. */
  #poll: PollHandle | undefined;
  #paused = false;
  #closed = false;
  #goneReported = false;
  #readable: () => void = () => {};
  #gone: () => void = () => {};
  // The buffers of the last calls with their addresses: held, because an address alone keeps nothing alive.
  #readBuffer: Uint8Array | undefined;
  #readAddress = 0;
  #writeBuffer: Uint8Array | undefined;
  #writeAddress = 0;

  constructor(name: string, descriptor: number, libc: Libc) {
    this.name = name;
    this.#descriptor = descriptor;
    this.#libc = libc;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    if (this.#closed) return -1;
    // The kernel would write past the end.
    if (offset < 0 || length < 0 || offset + length > target.length)
      throw new RangeError('outside the buffer');
    if (target !== this.#readBuffer) {
      this.#readBuffer = target;
      this.#readAddress = this.#libc.addressOf(target);
    }
    const bytes = this.#libc.read(this.#descriptor, this.#readAddress + offset, length);
    if (bytes >= 0) return bytes;
    const errno = this.#libc.errno();
    if (errno === Errno.EAGAIN || errno === Errno.EINTR) return 0;
    this.#reportGone();
    return -1;
  }

  write(source: Uint8Array, start: number, end: number): boolean {
    if (this.#closed || start < 0 || end > source.length || start >= end) return false;
    if (source !== this.#writeBuffer) {
      this.#writeBuffer = source;
      this.#writeAddress = this.#libc.addressOf(source);
    }
    return this.#libc.write(this.#descriptor, this.#writeAddress + start, end - start) === end - start;
  }

  onReadable(callback: () => void): void {
    this.#readable = callback;
    if (this.#closed || this.#poll !== undefined) return;
    this.#poll = this.#libc.poll(this.#descriptor, this.#onPoll);
    if (this.#paused) this.#poll.stop();
  }

  pause(): void {
    if (this.#paused || this.#closed) return;
    this.#paused = true;
    this.#poll?.stop();
  }

  resume(): void {
    if (!this.#paused || this.#closed) return;
    this.#paused = false;
    this.#poll?.start({ readable: true }, this.#onPoll);
  }

  onGone(callback: () => void): void {
    this.#gone = callback;
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    // In this order: a descriptor that is closed while watched may be another file's a moment later.
    this.#poll?.close();
    this.#poll = undefined;
    this.#readBuffer = undefined;
    this.#writeBuffer = undefined;
    this.#libc.close(this.#descriptor);
  }

  readonly #onPoll = (status: number): void => {
    if (this.#closed || this.#paused) return;
    if (status < 0) this.#reportGone();
    else this.#readable();
  };

  #reportGone(): void {
    if (this.#goneReported) return;
    this.#goneReported = true;
    this.#poll?.stop();
    this.#paused = true;
    this.#gone();
  }
}
