import { type Result, err, ok } from '../shared/result.ts';
import { Errno, type Libc, loadLibc } from './libc.ts';
import { steerQueues } from './queue-steering.ts';
import { allocateReadBuffer } from './read-buffer.ts';
import type { ReadWatch, ReadWatchKind } from './read-watch.ts';
import { switches } from './switches.ts';
import { LibcTunDevice, type TunDevice, type TunOffload } from './tun-device.ts';
import { HEADER_AT, PACKET_AT, isLittleEndian } from './virtio-header.ts';
import { watchDescriptor } from './watch-descriptor.ts';

export interface TunOptions {
  /** Fails with device-exists instead of attaching to a device that is there. */
  readonly mustBeNew?: boolean;
  /** The most that is asked of the kernel; what it refuses is left out (see `TunDevice.offload`). Default `none`. */
  readonly offload?: TunOffload | 'none';
  /** A device that another program has made for us goes when we close it, or die. */
  readonly removeAtClose?: boolean;
  /**
   * Several queues, so that packets which have filled theirs do not push out others (queue-steering.ts). One where the
   * kernel refuses.
   */
  readonly manyQueues?: boolean;
  /** How to wait for packets; the other way is taken where this one is refused. Default: as the switches say. */
  readonly watch?: ReadWatchKind;
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
const IFF_MULTI_QUEUE = 0x0100;
const IFF_TUN_EXCL = 0x8000;
const IFF_VNET_HDR = 0x4000;
/** The first, and some for UDP. */
const QUEUES = 4;
const TUNSETPERSIST = 0x400454cb;
const TUNSETOFFLOAD = 0x400454d0;
const TUN_F_CSUM = 0x01;
const TUN_F_TSO4 = 0x02;
const TUN_F_TSO6 = 0x04;
const TUN_F_TSO_ECN = 0x08;
const TUN_F_USO4 = 0x20;
const TUN_F_USO6 = 0x40;
const TCP_OFFLOADS = TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 | TUN_F_TSO_ECN;
const UDP_OFFLOADS = TUN_F_USO4 | TUN_F_USO6;

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
 * it is open.
 * The descriptor never blocks: a pending blocking read would hold the process at its exit.
 */
export function openTunDevice(
  name: string,
  options: TunOptions = {},
  load: () => Result<Libc, string> = loadLibc,
): Result<TunDevice, TunFailure> {
  const libc = load();
  if (!libc.ok) return err({ kind: 'device-not-permitted', missing: 'platform' });
  if (!INTERFACE_NAME.test(name) || name === '.' || name === '..') {
    return err(setupFailed(`"${name}" is no name for a network device`));
  }
  const manyQueues = options.manyQueues === true && switches.manyQueues;
  const wished = { ...options, manyQueues };
  const opened = openWithOffload(libc.value, name, wished);
  const isFinal = opened.ok || opened.error.kind === 'device-not-permitted' || !manyQueues;
  return isFinal ? opened : openWithOffload(libc.value, name, { ...wished, manyQueues: false });
}

function openWithOffload(libc: Libc, name: string, options: TunOptions): Result<TunDevice, TunFailure> {
  const offload = agreedOffload(options.offload);
  if (offload !== 'none' && isLittleEndian()) {
    const opened = openAttached(libc, name, options, IFF_VNET_HDR);
    if (!opened.ok && opened.error.kind === 'device-not-permitted') return opened;
    if (opened.ok) {
      const agreed = switchOffloadsOn(libc, opened.value, offload === 'tcp');
      if (agreed !== undefined) return makeDevice(libc, opened.value, name, agreed, options);
      libc.close(opened.value);
    }
    // A kernel without them: once more, for the header cannot be given up on an open device.
  }
  const opened = openAttached(libc, name, options, 0);
  return opened.ok ? makeDevice(libc, opened.value, name, undefined, options) : opened;
}

function agreedOffload(wished: TunOptions['offload'] = 'none'): TunOffload | 'none' {
  return wished === 'tcp-udp' || switches.offload === 'none' ? switches.offload : wished;
}

function makeDevice(
  libc: Libc,
  descriptor: number,
  name: string,
  offload: TunOffload | undefined,
  options: TunOptions,
): Result<TunDevice, TunFailure> {
  // Its owner needs no privilege for this. Not sooner: what was opened before may have been closed again.
  if (options.removeAtClose === true && libc.ioctlNumber(descriptor, TUNSETPERSIST, 0) < 0) {
    const errno = libc.errno();
    libc.close(descriptor);
    return err(setupFailed(`${name} cannot be made to go with this process (errno ${errno})`));
  }
  const buffer = allocateReadBuffer();
  const start = offload === undefined ? PACKET_AT : HEADER_AT;
  const isSteered = options.manyQueues === true && steerQueues(libc, descriptor, QUEUES);
  const watch = (queue: number): Result<ReadWatch, string> =>
    watchDescriptor(libc, queue, buffer.subarray(start), options.watch ?? switches.watch);
  const first = watch(descriptor);
  if (!first.ok) {
    libc.close(descriptor);
    return err(setupFailed(`${name} cannot be watched: ${first.error}`));
  }
  const others = isSteered
    ? openOtherQueues(libc, name, watch, offload === undefined ? 0 : IFF_VNET_HDR)
    : [];
  return ok(new LibcTunDevice(name, offload, libc, [first.value, ...others], { buffer, start }));
}

/** As many as can be had: the kernel steers to those that are there. */
function openOtherQueues(
  libc: Libc,
  name: string,
  watch: (descriptor: number) => Result<ReadWatch, string>,
  flags: number,
): readonly ReadWatch[] {
  const queues: ReadWatch[] = [];
  while (queues.length < QUEUES - 1) {
    const opened = openAttached(libc, name, { manyQueues: true }, flags);
    if (!opened.ok) break;
    const watched = watch(opened.value);
    if (!watched.ok) {
      libc.close(opened.value);
      break;
    }
    queues.push(watched.value);
  }
  return queues;
}

/** The descriptor of a queue. */
function openAttached(
  libc: Libc,
  name: string,
  options: TunOptions,
  flags: number,
): Result<number, TunFailure> {
  const mustBeNew = options.mustBeNew === true;
  const descriptor = libc.open(CLONE_DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return err(openFailure(libc.errno()));
  const request = new Uint8Array(IFREQ_LENGTH);
  new TextEncoder().encodeInto(name, request);
  const queues = options.manyQueues === true ? IFF_MULTI_QUEUE : 0;
  const allFlags = IFF_TUN | IFF_NO_PI | flags | queues | (mustBeNew ? IFF_TUN_EXCL : 0);
  new DataView(request.buffer).setUint16(IFREQ_FLAGS, allFlags, true);
  if (libc.ioctl(descriptor, TUNSETIFF, request) < 0) {
    const failure = attachFailure(libc.errno(), name, mustBeNew);
    libc.close(descriptor);
    return err(failure);
  }
  return ok(descriptor);
}

/** What the kernel agreed to; undefined = nothing. */
function switchOffloadsOn(libc: Libc, descriptor: number, onlyTcp: boolean): TunOffload | undefined {
  if (!onlyTcp && libc.ioctlNumber(descriptor, TUNSETOFFLOAD, TCP_OFFLOADS | UDP_OFFLOADS) >= 0)
    return 'tcp-udp';
  return libc.ioctlNumber(descriptor, TUNSETOFFLOAD, TCP_OFFLOADS) >= 0 ? 'tcp' : undefined;
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
