/*
 * Controlled delay (RFC 8289): a queue is long when its packets have waited longer than the target for a whole
 * interval; then one is dropped, and the next ones at shrinking distances until the wait is short again.
 */

/** Milliseconds. Facts: with 5 the window of a sender behind a slow uplink does not fill it. */
export const TARGET = 10;
export const INTERVAL = 100;

/** One queue's state, in milliseconds of a monotonic clock. */
export interface CodelState {
  /** When the wait has been above the target for an interval; 0 = it is not above. */
  firstAbove: number;
  dropping: boolean;
  dropNext: number;
  count: number;
  lastCount: number;
}

export function initialCodel(): CodelState {
  return { firstAbove: 0, dropping: false, dropNext: 0, count: 0, lastCount: 0 };
}

/**
 * RFC 8289 §5.6, for the packet at the head. `isLastPacket`: no more than one packet waits, so the queue is no
 * standing one. True = it is to be dropped (or marked); ask again for the next head.
 */
export function codelDrops(
  state: CodelState,
  now: number,
  waitedMilliseconds: number,
  isLastPacket: boolean,
): boolean {
  const isAbove = staysAbove(state, now, waitedMilliseconds, isLastPacket);
  if (state.dropping) {
    if (!isAbove) {
      state.dropping = false;
      return false;
    }
    if (now < state.dropNext) return false;
    state.count += 1;
    state.dropNext += INTERVAL / Math.sqrt(state.count);
    return true;
  }
  if (!isAbove) return false;
  state.dropping = true;
  // Where dropping ended a short time ago, it goes on at the rate that was right then.
  const recent = state.count - state.lastCount;
  state.count = recent > 1 && now - state.dropNext < 16 * INTERVAL ? recent : 1;
  state.lastCount = state.count;
  state.dropNext = now + INTERVAL / Math.sqrt(state.count);
  return true;
}

function staysAbove(state: CodelState, now: number, waited: number, isLastPacket: boolean): boolean {
  if (waited < TARGET || isLastPacket) {
    state.firstAbove = 0;
    return false;
  }
  if (state.firstAbove === 0) {
    state.firstAbove = now + INTERVAL;
    return false;
  }
  return now >= state.firstAbove;
}
