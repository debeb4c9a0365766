import { createRequire } from 'node:module';
import { type Result, err, ok } from '../shared/result.ts';

/** What a poll handle of koffi can do. It must be kept in a field: an unreferenced one is collected. */
export interface PollHandle {
  start(events: { readonly readable: boolean }, callback: PollCallback): void;
  stop(): void;
  close(): void;
}

/** `status` is libuv's: negative (UV_EBADF …) when the descriptor has gone bad. koffi's own types leave it out. */
export type PollCallback = (status: number) => void;

/** The part of koffi's interface that we use; its own declarations give `any`. */
interface Koffi {
  load(library: string): { func(name: string, result: string, parameters: readonly string[]): never };
  address(bytes: Uint8Array): bigint;
  errno(): number;
  readonly node: {
    poll(descriptor: number, events: { readonly readable: boolean }, callback: PollCallback): PollHandle;
  };
}

/** System calls by the C library. Each gives -1 on failure, and `errno` right after it says why. */
export interface Libc {
  open(path: string, flags: number): number;
  close(descriptor: number): number;
  socket(domain: number, type: number, protocol: number): number;
  bind(descriptor: number, address: Uint8Array, length: number): number;
  ioctl(descriptor: number, request: number, argument: Uint8Array): number;
  /** For requests whose argument is a number. */
  ioctlNumber(descriptor: number, request: number, argument: number): number;
  setsockopt(descriptor: number, level: number, option: number, value: Uint8Array, length: number): number;
  /** Two connected stream sockets that do not block; undefined = refused. */
  socketPair(): readonly [number, number] | undefined;
  /** dup3: `target` becomes what `source` is. False = refused. */
  replaceDescriptor(source: number, target: number): boolean;
  /** `address` is `addressOf` a buffer (plus an offset) that the caller keeps alive. */
  read(descriptor: number, address: number, length: number): number;
  write(descriptor: number, address: number, length: number): number;
  addressOf(bytes: Uint8Array): number;
  /** bpf(2): a descriptor, mostly. */
  bpf(command: number, attributes: Uint8Array): number;
  errno(): number;
  poll(descriptor: number, callback: PollCallback): PollHandle;
}

export const Errno = {
  EPERM: 1,
  ENOENT: 2,
  EINTR: 4,
  ENXIO: 6,
  EAGAIN: 11,
  EACCES: 13,
  EBUSY: 16,
  ENODEV: 19,
  EINVAL: 22,
} as const;

const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
const AF_UNIX = 1;
const SOCK_STREAM = 1;

/** -1 is none: it fails with ENOSYS. */
const BPF_SYSCALL = process.arch === 'x64' ? 321 : process.arch === 'arm64' ? 280 : -1;

let loaded: Result<Libc, string> | undefined;

/**
 * The C library through koffi, loaded at the first call: a machine where koffi or glibc is missing can
 * do everything that needs no device. The error says what could not be loaded.
 */
export function loadLibc(): Result<Libc, string> {
  loaded ??= load();
  return loaded;
}

type SocketPair = (domain: number, type: number, protocol: number, pair: Int32Array) => number;
type Syscall = (number: number, command: number, attributes: Uint8Array, length: number) => number;
type Dup3 = (source: number, target: number, flags: number) => number;

function load(): Result<Libc, string> {
  if (process.platform !== 'linux') return err(`no TUN device on ${process.platform}`);
  try {
    const koffi: Koffi = createRequire(import.meta.url)('koffi');
    return ok(declare(koffi));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function declare(koffi: Koffi): Libc {
  const library = koffi.load('libc.so.6');
  const pointer = 'uintptr_t';
  const socketpair: SocketPair = library.func('socketpair', 'int', ['int', 'int', 'int', 'void *']);
  const syscall: Syscall = library.func('syscall', 'long', ['long', 'int', 'void *', 'uint32_t']);
  const dup3: Dup3 = library.func('dup3', 'int', ['int', 'int', 'int']);
  return {
    open: library.func('open', 'int', ['str', 'int']),
    close: library.func('close', 'int', ['int']),
    socket: library.func('socket', 'int', ['int', 'int', 'int']),
    bind: library.func('bind', 'int', ['int', 'void *', 'uint32_t']),
    ioctl: library.func('ioctl', 'int', ['int', 'unsigned long', 'void *']),
    ioctlNumber: library.func('ioctl', 'int', ['int', 'unsigned long', 'unsigned long']),
    setsockopt: library.func('setsockopt', 'int', ['int', 'int', 'int', 'void *', 'uint32_t']),
    socketPair: () => {
      const pair = new Int32Array(2);
      const type = SOCK_STREAM | O_NONBLOCK | O_CLOEXEC;
      if (socketpair(AF_UNIX, type, 0, pair) < 0) return undefined;
      return [pair[0] ?? -1, pair[1] ?? -1];
    },
    // A plain dup2 would hand the device down to every command that is run.
    replaceDescriptor: (source, target) => dup3(source, target, O_CLOEXEC) >= 0,
    read: library.func('read', 'intptr_t', ['int', pointer, 'size_t']),
    write: library.func('write', 'intptr_t', ['int', pointer, 'size_t']),
    // User space ends below 2^47, so an address is exact as a number.
    addressOf: (bytes) => Number(koffi.address(bytes)),
    // The C library has no function for it.
    bpf: (command, attributes) => syscall(BPF_SYSCALL, command, attributes, attributes.length),
    errno: () => koffi.errno(),
    poll: (descriptor, callback) => koffi.node.poll(descriptor, { readable: true }, callback),
  };
}
