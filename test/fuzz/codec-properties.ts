import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { decodeChapValue, encodeChapValue } from '../../shared/protocol/chap.ts';
import { decodeControlPacket, encodeControlPacket } from '../../shared/protocol/control-packet.ts';
import {
  DEFAULT_MAXIMUM_PAYLOAD,
  FRAME_HEADER_LENGTH,
  FrameDecoder,
  encodeFrame,
  encodeKeepAliveRequest,
} from '../../shared/protocol/frame.ts';
import { parseMsChapFailure } from '../../shared/protocol/ms-chap.ts';
import { decodeOptions, encodeOptions } from '../../shared/protocol/options.ts';
import { decodePapMessage, decodePapRequest, encodePapRequest } from '../../shared/protocol/pap.ts';
import { encodePppData, pppInformationStart, pppProtocol } from '../../shared/protocol/ppp-frame.ts';
import { type ProtocolError } from '../../shared/protocol/protocol-error.ts';
import type { Result } from '../../shared/result.ts';
import { chunksOf, concatenate, cuts } from './chunks.ts';
import { type NamedProperty, named } from './named-property.ts';

const bytes = fc.uint8Array({ maxLength: 2000 });
const byte = fc.nat({ max: 255 });

/** Whole frames of all kinds, larger ones too, with a piece of nonsense here and there. */
const frame = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }).map((data) => encodeFrame(0, data)),
  },
  {
    weight: 2,
    arbitrary: fc.integer({ min: 1400, max: 1510 }).map((length) => encodeFrame(0, new Uint8Array(length))),
  },
  { weight: 2, arbitrary: fc.nat().map(encodeKeepAliveRequest) },
  { weight: 1, arbitrary: fc.constant(encodeFrame(1)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 12 }) },
);
const stream = fc.oneof(
  { weight: 5, arbitrary: fc.array(frame, { maxLength: 12 }).map(concatenate) },
  { weight: 1, arbitrary: bytes },
);

/** All that a decoder does with the chunks: the frames, the error, the outcome of the end. */
function decodeFrames(chunks: readonly Uint8Array[]) {
  const frames: { command: number; payload: string }[] = [];
  let chunk = new Uint8Array(0);
  const decoder = new FrameDecoder((command, held, start, end) => {
    ok(start <= end && end <= held.length, 'a payload lies within its bytes');
    // In place, or in a carry buffer that is no larger than one frame.
    ok(held === chunk || held.length <= FRAME_HEADER_LENGTH + DEFAULT_MAXIMUM_PAYLOAD, 'bounded memory');
    frames.push({ command, payload: Buffer.from(held.subarray(start, end)).toString('latin1') });
  });
  let error: ProtocolError | undefined;
  for (const next of chunks) {
    chunk = new Uint8Array(next);
    error = decoder.push(chunk);
    const known = error;
    if (known !== undefined) deepStrictEqual(decoder.push(chunk), known);
  }
  return { frames, error, end: decoder.end() };
}

function isTypedError(result: Result<unknown, ProtocolError>): boolean {
  return result.ok || result.error.kind === 'protocol-error';
}

export const codecProperties: readonly NamedProperty[] = [
  named(
    'frames: any bytes, the same for every chunking',
    fc.property(stream, cuts, (input, at) => {
      const whole = decodeFrames([input]);
      deepStrictEqual(decodeFrames(chunksOf(input, at)), whole);
      deepStrictEqual(decodeFrames(Array.from(input, (one) => Uint8Array.of(one))), whole);
    }),
  ),
  named(
    'frames: decode(encode(x)) = x',
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 1504 }), cuts, (payload, at) => {
      const { frames, error, end } = decodeFrames(chunksOf(encodeFrame(0, payload), at));
      deepStrictEqual(frames, [{ command: 0, payload: Buffer.from(payload).toString('latin1') }]);
      deepStrictEqual([error, end], [undefined, undefined]);
    }),
  ),
  named(
    'PPP header: any bytes, at any place',
    fc.property(bytes, fc.nat({ max: 8 }), fc.nat({ max: 8 }), (input, before, after) => {
      const start = Math.min(before, input.length);
      const end = Math.max(start, input.length - after);
      const at = pppInformationStart(input, start, end);
      const protocol = pppProtocol(input, start, end);
      deepStrictEqual(at === -1, protocol === -1);
      ok(at === -1 || (at > start && at <= end && protocol % 2 === 1 && protocol <= 0xffff));
      // What lies around it makes no difference.
      const alone = input.slice(start, end);
      deepStrictEqual(pppProtocol(alone, 0, alone.length), protocol);
    }),
  ),
  named(
    'PPP header: decode(encode(x)) = x',
    fc.property(byte, byte, bytes, (high, low, information) => {
      const protocol = ((high & 0xfe) << 8) | low | 1;
      const whole = encodePppData(protocol, information);
      deepStrictEqual(pppProtocol(whole, 4, whole.length), protocol);
      deepStrictEqual(whole.slice(pppInformationStart(whole, 4, whole.length)), information);
    }),
  ),
  named(
    'control packets and their data: any bytes',
    fc.property(bytes, (input) => {
      ok(isTypedError(decodeControlPacket(input)));
      ok(isTypedError(decodeOptions(input)));
      ok(isTypedError(decodePapRequest(input)));
      ok(isTypedError(decodeChapValue(input)));
      ok(decodePapMessage(input).length <= input.length);
      const text = Buffer.from(input).toString('latin1');
      ok(parseMsChapFailure(text).message.length <= text.length);
      ok(parseMsChapFailure(`E=691 ${text}`).message.length <= text.length + 6);
    }),
  ),
  named(
    'control packets: decode(encode(x)) = x, whatever the padding',
    fc.property(byte, byte, bytes, fc.uint8Array({ maxLength: 9 }), (code, identifier, data, padding) => {
      const packet = concatenate([encodeControlPacket(code, identifier, data), padding]);
      deepStrictEqual(decodeControlPacket(packet), { ok: true, value: { code, identifier, data } });
    }),
  ),
  named(
    'options: decode(encode(x)) = x, and what decodes encodes to the same bytes',
    fc.property(
      fc.array(
        fc.record({ type: byte, data: fc.uint8Array({ maxLength: 253 }) }, { noNullPrototype: true }),
        { maxLength: 9 },
      ),
      bytes,
      (options, input) => {
        deepStrictEqual(decodeOptions(encodeOptions(options)), { ok: true, value: options });
        const decoded = decodeOptions(input);
        if (decoded.ok) deepStrictEqual(encodeOptions(decoded.value), input);
      },
    ),
  ),
  named(
    'PAP and CHAP: decode(encode(x)) = x',
    fc.property(
      fc.uint8Array({ maxLength: 255 }),
      fc.uint8Array({ maxLength: 255 }),
      fc.uint8Array({ minLength: 1, maxLength: 255 }),
      (name, password, value) => {
        deepStrictEqual(decodePapRequest(encodePapRequest({ name, password })), {
          ok: true,
          value: { name, password },
        });
        deepStrictEqual(decodeChapValue(encodeChapValue({ value, name })), {
          ok: true,
          value: { value, name },
        });
      },
    ),
  ),
];
