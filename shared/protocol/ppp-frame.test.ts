import { describe, expect, test } from 'vitest';
import { encodePppData, pppInformationStart, pppProtocol } from './ppp-frame.ts';

function read(...bytes: number[]): [number, number] {
  const frame = Uint8Array.from([0xaa, ...bytes, 0xbb]);
  const at = pppInformationStart(frame, 1, 1 + bytes.length);
  return [pppProtocol(frame, 1, 1 + bytes.length), at < 0 ? at : at - 1];
}

describe('the four forms of a PPP header', () => {
  test.each([
    ['full', [0xff, 0x03, 0xc0, 0x21, 1], [0xc021, 4]],
    ['no FF 03', [0xc0, 0x21, 1], [0xc021, 2]],
    ['one-byte protocol', [0xff, 0x03, 0x21, 0x45], [0x21, 3]],
    ['neither', [0x21, 0x45], [0x21, 1]],
    ['full IPv4', [0xff, 0x03, 0x00, 0x21, 0x45], [0x21, 4]],
    ['without information', [0x21], [0x21, 1]],
  ])('%s', (_, bytes, expected) => {
    expect(read(...bytes)).toEqual(expected);
  });
});

describe('no PPP header', () => {
  test.each([
    ['nothing', []],
    ['FF 03 alone', [0xff, 0x03]],
    ['half a protocol', [0xff, 0x03, 0xc0]],
    ['an even last byte', [0xff, 0x03, 0xc0, 0x20, 1]],
  ])('%s', (_, bytes) => {
    expect(read(...bytes)).toEqual([-1, -1]);
  });
});

test('a whole tunnel frame', () => {
  expect([...encodePppData(0x8021, Uint8Array.of(1, 2))]).toEqual([0, 0, 0, 6, 0xff, 3, 0x80, 0x21, 1, 2]);
});
