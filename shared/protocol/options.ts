import { type Result, err, ok } from '../result.ts';
import { type ProtocolError, protocolError } from './protocol-error.ts';

/*
 * Configuration options, one after the other (RFC 1661 §6).
 *
 *   0        1        2
 *   +--------+--------+----------------
 *   |  type  | length | data: length - 2 bytes
 *   +--------+--------+----------------
 */

export const OPTION_HEADER_LENGTH = 2;

export interface ConfigurationOption {
  readonly type: number;
  /** At most 253 bytes. A view when decoded. */
  readonly data: Uint8Array;
}

export function encodeOptions(options: readonly ConfigurationOption[]): Uint8Array {
  const total = options.reduce((sum, option) => sum + OPTION_HEADER_LENGTH + option.data.length, 0);
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const option of options) {
    bytes[at] = option.type;
    bytes[at + 1] = OPTION_HEADER_LENGTH + option.data.length;
    bytes.set(option.data, at + OPTION_HEADER_LENGTH);
    at += OPTION_HEADER_LENGTH + option.data.length;
  }
  return bytes;
}

/** Error: option-length, when an option's length does not cover its header or leaves the packet. */
export function decodeOptions(data: Uint8Array): Result<readonly ConfigurationOption[], ProtocolError> {
  const options: ConfigurationOption[] = [];
  let at = 0;
  while (at < data.length) {
    const type = data[at] ?? 0;
    const length = data[at + 1] ?? 0;
    if (length < OPTION_HEADER_LENGTH || at + length > data.length) {
      return err(
        protocolError('option-length', `Option ${type} says ${length} of ${data.length - at} bytes.`),
      );
    }
    options.push({ type, data: data.subarray(at + OPTION_HEADER_LENGTH, at + length) });
    at += length;
  }
  return ok(options);
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
