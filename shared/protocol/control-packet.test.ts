import { describe, expect, test } from 'vitest';
import { decodeControlPacket, encodeControlPacket } from './control-packet.ts';
import { decodeOptions, encodeOptions } from './options.ts';

describe('a control packet', () => {
  test('bytes behind its length are padding', () => {
    const decoded = decodeControlPacket(Uint8Array.of(1, 2, 0, 5, 9, 0xaa, 0xaa));
    expect(decoded).toEqual({ ok: true, value: { code: 1, identifier: 2, data: Uint8Array.of(9) } });
  });

  test.each([
    ['ppp-truncated', []],
    ['ppp-truncated', [1, 0, 0]],
    ['control-length', [1, 0, 0, 3]],
    ['control-length', [1, 0, 0, 0]],
    ['control-length', [1, 0, 0, 5]],
    ['control-length', [1, 0, 0xff, 0xff, 1]],
  ])('%s: %j', (code, bytes) => {
    expect(decodeControlPacket(Uint8Array.from(bytes))).toMatchObject({ ok: false, error: { code } });
  });

  test('a length beyond 255', () => {
    expect([...encodeControlPacket(9, 255, new Uint8Array(300)).subarray(0, 4)]).toEqual([9, 255, 1, 48]);
  });
});

describe('options', () => {
  test('none, one without data, several', () => {
    expect(decodeOptions(new Uint8Array(0))).toEqual({ ok: true, value: [] });
    const options = [
      { type: 7, data: new Uint8Array(0) },
      { type: 3, data: Uint8Array.of(0xc0, 0x23) },
    ];
    expect([...encodeOptions(options)]).toEqual([7, 2, 3, 4, 0xc0, 0x23]);
    expect(decodeOptions(encodeOptions(options))).toEqual({ ok: true, value: options });
  });

  test.each([[[1]], [[1, 0]], [[1, 1]], [[1, 3]], [[7, 2, 1]], [[1, 4, 5, 6, 9, 255]]])('%j', (bytes) => {
    expect(decodeOptions(Uint8Array.from(bytes))).toMatchObject({
      ok: false,
      error: { code: 'option-length' },
    });
  });
});
