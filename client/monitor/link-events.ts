import { isMainThread } from 'node:worker_threads';
import { loadLibc, type Libc } from '../../datapath/libc.ts';
import type { ReadWatch } from '../../datapath/read-watch.ts';
import { watchDescriptor } from '../../datapath/watch-descriptor.ts';
import { err, ok, type Result } from '../../shared/result.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
/** RTMGRP_LINK, _IPV4_IFADDR, _IPV4_ROUTE, _IPV6_IFADDR and _IPV6_ROUTE (linux/rtnetlink.h). */
const GROUPS = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/*
 * struct sockaddr_nl (linux/netlink.h), 12 bytes, in the machine's byte order
 *
 *   0        2       4              8
 *   +--------+-------+--------------+--------------+
 *   | family | pad   | port id      | groups       |
 *   +--------+-------+--------------+--------------+
 */
const ADDRESS_LENGTH = 12;
const SCRAP_LENGTH = 32 * 1024;
/** Whatever is left then is told of by the next poll. */
const MOST_READS = 64;

/**
 * Calls back when the kernel tells of a change of links, addresses or routes (rtnetlink(7)), whoever made it. What
 * changed is not read: whoever cares looks. Needs no privilege. The error is a sentence for the log.
 */
export function watchLinks(changed: () => void): Result<() => void, string> {
  const libc = loadLibc();
  if (!libc.ok) return libc;
  const descriptor = openSocket(libc.value);
  if (descriptor < 0) return err(`no netlink socket (errno ${libc.value.errno()})`);
  const scrap = new Uint8Array(SCRAP_LENGTH);
  // A socket of Node's would end at an overflow (ENOBUFS). In a thread there is no other way.
  const watch = watchDescriptor(libc.value, descriptor, scrap, isMainThread ? 'poll' : 'socket');
  if (!watch.ok) {
    libc.value.close(descriptor);
    return watch;
  }
  follow(libc.value, watch.value, scrap, changed);
  return ok(() => watch.value.close());
}

function openSocket(libc: Libc): number {
  const descriptor = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (descriptor < 0) return descriptor;
  const address = new Uint8Array(ADDRESS_LENGTH);
  new Uint16Array(address.buffer)[0] = AF_NETLINK;
  new Uint32Array(address.buffer)[2] = GROUPS;
  if (libc.bind(descriptor, address, ADDRESS_LENGTH) === 0) return descriptor;
  libc.close(descriptor);
  return -1;
}

function follow(libc: Libc, watch: ReadWatch, scrap: Uint8Array, changed: () => void): void {
  const readAll = (): void => {
    watch.take();
    // An error is the end of what is there, or an overflow (ENOBUFS): something changed all the same.
    for (let i = 0; i < MOST_READS; i += 1) {
      if (libc.read(watch.descriptor, libc.addressOf(scrap), SCRAP_LENGTH) < 0) break;
    }
    changed();
  };
  watch.listen({ readable: readAll, gone: changed });
  watch.resume();
}
