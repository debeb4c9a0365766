import { expect, test } from 'vitest';
import { nextStatistics } from './statistics.ts';

const traffic = (receivedBytes: number, sentBytes: number) => ({
  receivedBytes,
  sentBytes,
  receivedPackets: 0,
  sentPackets: 0,
});

test('rates are of the last interval, peaks of all', () => {
  const first = nextStatistics(undefined, traffic(1000, 100), 3000, 1000, undefined);
  expect(first).toMatchObject({ receiveRate: 4000, sendRate: 400, peakReceiveRate: 4000 });
  const second = nextStatistics(first, traffic(1250, 1100), 4000, 1000, 12.5);
  expect(second).toMatchObject({
    at: 4000,
    receivedBytes: 1250,
    receiveRate: 2000,
    sendRate: 8000,
    peakReceiveRate: 4000,
    peakSendRate: 8000,
    roundTrip: 12.5,
  });
});

test('a clock that stands still or goes back gives no rate', () => {
  const first = nextStatistics(undefined, traffic(1000, 1000), 1000, 1000, undefined);
  expect(first).toMatchObject({ receiveRate: 0, peakReceiveRate: 0 });
  expect(nextStatistics(first, traffic(2000, 2000), 500, 1000, undefined)).toMatchObject({ sendRate: 0 });
});
