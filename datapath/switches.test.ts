import { expect, test } from 'vitest';
import { parseSwitches } from './switches.ts';

const ALL_ON = {
  offload: 'tcp-udp',
  watch: 'socket',
  manyQueues: true,
  fairQueue: true,
  simd: true,
  directRecords: true,
  oneFramePerRecord: false,
};

test.each([
  ['', {}],
  ['nonsense', {}],
  ['no-udp-offload', { offload: 'tcp' }],
  ['no-offload no-udp-offload', { offload: 'none' }],
  ['poll-watch', { watch: 'poll' }],
  ['poll-watch, no-fair-queue', { watch: 'poll', fairQueue: false }],
  ['one-queue', { manyQueues: false }],
  ['no-simd', { simd: false }],
  ['queued-records', { directRecords: false }],
  ['one-frame-records', { oneFramePerRecord: true }],
])('%j', (text, changed) => {
  expect(parseSwitches(text)).toEqual({ ...ALL_ON, ...changed });
});
