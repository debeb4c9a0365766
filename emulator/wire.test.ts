import { Duplex } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { endGently } from './wire.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A peer that takes what is written when it is told to. */
class SlowPeer extends Duplex {
  takeAll: () => void = () => undefined;

  constructor() {
    super({ allowHalfOpen: true });
  }

  override _read(): void {}

  override _write(_chunk: Uint8Array, _encoding: BufferEncoding, callback: () => void): void {
    this.takeAll = callback;
  }
}

const settled = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

test('a peer on a slow line gets its last bytes, and then has a moment to hang up', async () => {
  const peer = new SlowPeer();
  peer.write('a large page');
  endGently(peer);
  // Its own end comes early where it has nothing more to say.
  peer.push(null);
  await settled();
  vi.advanceTimersByTime(29_000);
  expect(peer.destroyed).toBe(false);
  peer.takeAll();
  await settled();
  expect(peer.writableFinished).toBe(true);
  expect(peer.destroyed).toBe(true);
  expect(vi.getTimerCount()).toBe(0);
});

test.each([
  ['takes nothing', false, 30_000],
  ['never hangs up', true, 300],
])('one that %s is cut off', async (_, takes, milliseconds) => {
  const peer = new SlowPeer();
  peer.write('a large page');
  endGently(peer);
  // Whoever ends it once more changes nothing.
  endGently(peer);
  if (takes) peer.takeAll();
  await settled();
  vi.advanceTimersByTime(milliseconds - 1);
  expect(peer.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  expect(peer.destroyed).toBe(true);
  await settled();
  expect(vi.getTimerCount()).toBe(0);
});
