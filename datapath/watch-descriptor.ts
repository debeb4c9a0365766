import { type Result, err, ok } from '../shared/result.ts';
import type { Libc } from './libc.ts';
import { PollWatch } from './poll-watch.ts';
import type { ReadWatch, ReadWatchKind } from './read-watch.ts';
import { SocketWatch } from './socket-watch.ts';

/**
 * Watches a descriptor that does not block: as asked for, or else the other way. The error says why neither can be.
 * `space`: for what is read while waiting.
 */
export function watchDescriptor(
  libc: Libc,
  descriptor: number,
  space: Uint8Array,
  kind: ReadWatchKind,
): Result<ReadWatch, string> {
  const first = make(libc, descriptor, space, kind);
  if (first.ok) return first;
  const second = make(libc, descriptor, space, kind === 'poll' ? 'socket' : 'poll');
  return second.ok ? second : err(`${first.error}; ${second.error}`);
}

function make(
  libc: Libc,
  descriptor: number,
  space: Uint8Array,
  kind: ReadWatchKind,
): Result<ReadWatch, string> {
  try {
    return ok(kind === 'poll' ? new PollWatch(libc, descriptor) : new SocketWatch(libc, descriptor, space));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
