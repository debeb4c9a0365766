import { expect, test } from 'vitest';
import type { ConnectionStatistics } from '../../shared/connection.ts';
import { chartColumns } from './chart-data.ts';

function sample(seconds: number, receiveRate = 1): ConnectionStatistics {
  return {
    at: seconds * 1000,
    receivedBytes: 0,
    sentBytes: 0,
    receivedPackets: 0,
    sentPackets: 0,
    receiveRate,
    sendRate: 0,
    peakReceiveRate: 0,
    peakSendRate: 0,
    roundTrip: undefined,
  };
}

test('what is older than the chart is left out', () => {
  expect(chartColumns([sample(100), sample(990), sample(991)], 1000)[0]).toEqual([990, 991]);
});

test('a pause is a gap, not a slope', () => {
  const [times, received] = chartColumns([sample(900, 5), sample(950, 7)], 1000);
  expect(times).toEqual([900, 901, 950]);
  expect(received).toEqual([5, null, 7]);
});

test('a clock that was set back does not make the line run backwards', () => {
  expect(chartColumns([sample(900), sample(890), sample(901)], 1000)[0]).toEqual([900, 901]);
});
