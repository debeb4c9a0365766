import type { ConnectionStatistics, TrafficCounters } from '../../shared/connection.ts';

/**
 * The next sample of a tunnel's traffic. Rates are over the time since `previous`; without one, since
 * `since`, when the tunnel came up. Times in milliseconds.
 */
export function nextStatistics(
  previous: ConnectionStatistics | undefined,
  counters: TrafficCounters,
  at: number,
  since: number,
  roundTrip: number | undefined,
): ConnectionStatistics {
  const seconds = (at - (previous?.at ?? since)) / 1000;
  const receiveRate = rate(counters.receivedBytes - (previous?.receivedBytes ?? 0), seconds);
  const sendRate = rate(counters.sentBytes - (previous?.sentBytes ?? 0), seconds);
  return {
    ...counters,
    at,
    receiveRate,
    sendRate,
    peakReceiveRate: Math.max(previous?.peakReceiveRate ?? 0, receiveRate),
    peakSendRate: Math.max(previous?.peakSendRate ?? 0, sendRate),
    roundTrip,
  };
}

/** Bits per second; 0 when the clock stood still or went back. */
function rate(bytes: number, seconds: number): number {
  return seconds > 0 ? Math.round((bytes * 8) / seconds) : 0;
}
