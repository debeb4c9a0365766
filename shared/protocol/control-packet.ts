import { type Result, err, ok } from '../result.ts';
import { type ProtocolError, protocolError } from './protocol-error.ts';

/*
 * A control packet: LCP, IPCP, CCP, PAP and CHAP alike (RFC 1661 §5).
 *
 *   0        1          2                 4
 *   +--------+----------+-----------------+----------------
 *   |  code  |identifier| length, 16 bit  | data: length - 4 bytes, then padding to ignore
 *   +--------+----------+-----------------+----------------
 */

/** RFC 1661 §5. Codes from 8 on are LCP's alone. */
export const ControlCode = {
  configureRequest: 1,
  configureAck: 2,
  configureNak: 3,
  configureReject: 4,
  terminateRequest: 5,
  terminateAck: 6,
  codeReject: 7,
  protocolReject: 8,
  echoRequest: 9,
  echoReply: 10,
  discardRequest: 11,
} as const;

export const CONTROL_HEADER_LENGTH = 4;

export interface ControlPacket {
  readonly code: number;
  readonly identifier: number;
  /** A view into the bytes it was decoded from. */
  readonly data: Uint8Array;
}

export function encodeControlPacket(
  code: number,
  identifier: number,
  data: Uint8Array = new Uint8Array(0),
): Uint8Array {
  const length = CONTROL_HEADER_LENGTH + data.length;
  const packet = new Uint8Array(length);
  packet[0] = code;
  packet[1] = identifier;
  packet[2] = length >>> 8;
  packet[3] = length;
  packet.set(data, CONTROL_HEADER_LENGTH);
  return packet;
}

/** Errors: ppp-truncated (no whole header), control-length (shorter than the header or longer than the frame). */
export function decodeControlPacket(information: Uint8Array): Result<ControlPacket, ProtocolError> {
  const [code, identifier, high, low] = information;
  if (code === undefined || identifier === undefined || high === undefined || low === undefined) {
    return err(protocolError('ppp-truncated', `Control packet of ${information.length} bytes.`));
  }
  const length = (high << 8) | low;
  if (length < CONTROL_HEADER_LENGTH || length > information.length) {
    return err(
      protocolError(
        'control-length',
        `Control packet says ${length} bytes, the frame has ${information.length}.`,
      ),
    );
  }
  return ok({ code, identifier, data: information.subarray(CONTROL_HEADER_LENGTH, length) });
}
