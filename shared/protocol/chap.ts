import { md5 } from '@noble/hashes/legacy.js';
import { type Result, err, ok } from '../result.ts';
import { type ProtocolError, protocolError } from './protocol-error.ts';

/*
 * Data of a CHAP Challenge or Response (RFC 1994 §4.1). Success and Failure carry a bare text.
 *
 *   +----------+---------------+----------------
 *   |value size| value         | name: the rest
 *   +----------+---------------+----------------
 */

export const ChapCode = { challenge: 1, response: 2, success: 3, failure: 4 } as const;

export interface ChapValue {
  /** At most 255 bytes. */
  readonly value: Uint8Array;
  readonly name: Uint8Array;
}

export function encodeChapValue({ value, name }: ChapValue): Uint8Array {
  const data = new Uint8Array(1 + value.length + name.length);
  data[0] = value.length;
  data.set(value, 1);
  data.set(name, 1 + value.length);
  return data;
}

/** Error: control-length, also for an empty value (RFC 1994 §4.1: one byte or more). The fields are views. */
export function decodeChapValue(data: Uint8Array): Result<ChapValue, ProtocolError> {
  const size = data[0] ?? 0;
  if (size === 0 || 1 + size > data.length) {
    return err(protocolError('control-length', 'A CHAP value says more bytes than it has, or none.'));
  }
  return ok({ value: data.subarray(1, 1 + size), name: data.subarray(1 + size) });
}

/** RFC 1994 §4.1: MD5 over identifier, secret, challenge. */
export function chapMd5Response(identifier: number, secret: Uint8Array, challenge: Uint8Array): Uint8Array {
  return md5.create().update(Uint8Array.of(identifier)).update(secret).update(challenge).digest();
}
