import { type Result, err, ok } from '../result.ts';
import { type ProtocolError, protocolError } from './protocol-error.ts';

/*
 * Data of PAP's control packets (RFC 1334 §2.2).
 *
 *   Authenticate-Request:  +---------+---------+-----------+----------
 *                          |name len.| name    |passwd len.| password
 *                          +---------+---------+-----------+----------
 *   Authenticate-Ack/-Nak: +---------+---------
 *                          |text len.| text
 *                          +---------+---------
 */

export const PapCode = { request: 1, ack: 2, nak: 3 } as const;
const LONGEST = 255;

export interface PapRequest {
  readonly name: Uint8Array;
  readonly password: Uint8Array;
}

/** Each field is cut at 255 bytes, the most its length byte can say. */
export function encodePapRequest({ name, password }: PapRequest): Uint8Array {
  const first = encodePapMessage(name);
  const second = encodePapMessage(password);
  const data = new Uint8Array(first.length + second.length);
  data.set(first);
  data.set(second, first.length);
  return data;
}

/** Error: control-length. The fields are views. */
export function decodePapRequest(data: Uint8Array): Result<PapRequest, ProtocolError> {
  const nameLength = data[0] ?? 0;
  const passwordLength = data[1 + nameLength];
  if (passwordLength === undefined || 2 + nameLength + passwordLength > data.length) {
    return err(protocolError('control-length', 'A PAP request says more bytes than it has.'));
  }
  return ok({
    name: data.subarray(1, 1 + nameLength),
    password: data.subarray(2 + nameLength, 2 + nameLength + passwordLength),
  });
}

export function encodePapMessage(text: Uint8Array): Uint8Array {
  const length = Math.min(text.length, LONGEST);
  const data = new Uint8Array(1 + length);
  data[0] = length;
  data.set(text.subarray(0, length), 1);
  return data;
}

/** What there is of an Ack's or Nak's text: some peers leave it out, or its length. */
export function decodePapMessage(data: Uint8Array): Uint8Array {
  return data.subarray(1, 1 + (data[0] ?? 0));
}
