import { expect, test } from 'vitest';
import { figuresLine } from './stats.ts';

test('the longest figures fit a terminal of 80 columns, apart from each other', () => {
  const [bytes, rate] = [9_990_000, 9_990_000];
  const line = figuresLine({
    at: 0,
    receivedBytes: bytes,
    sentBytes: bytes,
    receivedPackets: 1,
    sentPackets: 1,
    receiveRate: rate,
    sendRate: rate,
    peakReceiveRate: rate,
    peakSendRate: rate,
    roundTrip: 12_345,
  });
  expect(line.length).toBeLessThanOrEqual(80);
  expect(line).toMatch(
    /^ ?9\.99 MB +9\.99 Mbit\/s +9\.99 Mbit\/s +9\.99 MB +9\.99 Mbit\/s +9\.99 Mbit\/s +12345 ms$/,
  );
});
