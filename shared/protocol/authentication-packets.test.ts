import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { chapMd5Response, decodeChapValue, encodeChapValue } from './chap.ts';
import { decodePapMessage, decodePapRequest, encodePapMessage, encodePapRequest } from './pap.ts';

describe('PAP', () => {
  test('a field is cut at what its length byte can say', () => {
    const data = encodePapRequest({ name: new Uint8Array(300).fill(1), password: Uint8Array.of(2) });
    expect(data).toHaveLength(1 + 255 + 1 + 1);
    const decoded = decodePapRequest(data);
    expect(decoded.ok && decoded.value.password).toEqual(Uint8Array.of(2));
  });

  test.each([[[]], [[0]], [[5, 1]], [[1, 65]], [[1, 65, 2, 66]]])('%j is too short', (bytes) => {
    expect(decodePapRequest(Uint8Array.from(bytes))).toMatchObject({
      ok: false,
      error: { code: 'control-length' },
    });
  });

  test('a message with, without and with a wrong length', () => {
    expect(decodePapMessage(encodePapMessage(utf8ToBytes('hi')))).toEqual(utf8ToBytes('hi'));
    expect(decodePapMessage(new Uint8Array(0))).toEqual(new Uint8Array(0));
    expect(decodePapMessage(Uint8Array.of(9, 65))).toEqual(Uint8Array.of(65));
  });
});

describe('CHAP', () => {
  // RFC 1994 §4.1 has no vectors: MD5 over identifier, secret and challenge, computed with another MD5.
  test.each([
    [7, '6ed4e4', Uint8Array.from({ length: 16 }, (_, i) => i), 'be1b0eb6b76894d8a8951cf86d8335ea'],
    [255, 'pässword', new Uint8Array(32).fill(0x80), '50cb1bdc24ae65f3ec50a36caa411edb'],
  ])('MD5 response %i', (identifier, secret, challenge, expected) => {
    expect(bytesToHex(chapMd5Response(identifier, utf8ToBytes(secret), challenge))).toBe(expected);
  });

  test('value and name', () => {
    const packet = { value: Uint8Array.of(1, 2, 3), name: utf8ToBytes('DrayTek') };
    expect(decodeChapValue(encodeChapValue(packet))).toEqual({ ok: true, value: packet });
  });

  test.each([[[]], [[0]], [[0, 65]], [[3, 1, 2]]])('%j is no value', (bytes) => {
    expect(decodeChapValue(Uint8Array.from(bytes))).toMatchObject({
      ok: false,
      error: { code: 'control-length' },
    });
  });
});
