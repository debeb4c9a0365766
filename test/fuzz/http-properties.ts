import { deepStrictEqual, ok } from 'node:assert/strict';
import fc from 'fast-check';
import {
  type HeadProgress,
  MAXIMUM_HEAD_LENGTH,
  RequestHeadParser,
  ResponseHeadParser,
  encodeConnectRequest,
} from '../../shared/protocol/http-connect.ts';
import type { ProtocolError } from '../../shared/protocol/protocol-error.ts';
import type { Result } from '../../shared/result.ts';
import { chunksOf, concatenate, cuts } from './chunks.ts';
import { type NamedProperty, named } from './named-property.ts';

interface Parser {
  push(chunk: Uint8Array): Result<HeadProgress<unknown>, ProtocolError>;
}

const PIECES = [
  'HTTP/1.0 200 OK\r\n',
  'HTTP/1.1 302 \n',
  'HTTP/1.0 99\r\n',
  'CONNECT / HTTP/1.0\r\n',
  'GET /vpnmfa.cgi?act=0 HTTP/1.0\r\n',
  'Server: DrayWeb/0.0.2\r\n',
  'a:b\n',
  'x-y:\t \r\n',
  '\r\n',
  '\n',
  '\r',
  ':',
  ' ',
  'x'.repeat(300),
  'a: b\r\n'.repeat(30),
];
const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PIECES).map((text) => new Uint8Array(Buffer.from(text))) },
  { weight: 2, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  { weight: 1, arbitrary: fc.constant(new Uint8Array(5000).fill(0x61)) },
);
const start = fc.constantFrom(...PIECES.slice(0, 5), '').map((text) => new Uint8Array(Buffer.from(text)));
const stream = fc
  .tuple(start, fc.array(piece, { maxLength: 14 }))
  .map(([first, others]) => concatenate([first, ...others]));

/** The outcome, with all bytes that came behind the head. */
function parse(parser: Parser, chunks: readonly Uint8Array[]) {
  for (const [i, chunk] of chunks.entries()) {
    const result = parser.push(chunk);
    if (!result.ok) {
      deepStrictEqual(result.error.kind, 'protocol-error');
      deepStrictEqual(parser.push(chunk), result);
      return result;
    }
    if (result.value.done) {
      return { head: result.value.head, rest: concatenate([result.value.rest, ...chunks.slice(i + 1)]) };
    }
  }
  return 'more';
}

function sameForEveryChunking(make: () => Parser, input: Uint8Array, at: readonly number[]): void {
  const whole = parse(make(), [input]);
  deepStrictEqual(parse(make(), chunksOf(input, at)), whole);
  deepStrictEqual(
    parse(
      make(),
      Array.from(input, (one) => Uint8Array.of(one)),
    ),
    whole,
  );
  ok(whole !== 'more' || input.length <= MAXIMUM_HEAD_LENGTH, 'bounded memory');
}

export const httpProperties: readonly NamedProperty[] = [
  named(
    'HTTP response head: any bytes, the same for every chunking',
    fc.property(stream, cuts, (input, at) => {
      sameForEveryChunking(() => new ResponseHeadParser(), input, at);
    }),
  ),
  named(
    'HTTP request head: any bytes, the same for every chunking',
    fc.property(stream, cuts, (input, at) => {
      sameForEveryChunking(() => new RequestHeadParser(), input, at);
    }),
  ),
  named(
    'CONNECT: any user and password come out as they went in, the rest untouched',
    fc.property(
      fc.string({ unit: 'binary', maxLength: 64 }).filter((name) => !name.includes(':')),
      fc.string({ unit: 'binary', maxLength: 128 }),
      fc.uint8Array({ maxLength: 50 }),
      cuts,
      (userName, password, rest, at) => {
        const bytes = concatenate([encodeConnectRequest('vpn.example.com', userName, password), rest]);
        const credentials = Buffer.from(`${userName}:${password}`).toString('base64');
        deepStrictEqual(parse(new RequestHeadParser(), chunksOf(bytes, at)), {
          head: {
            method: 'CONNECT',
            target: '/',
            version: '1.0',
            headers: new Map([
              ['host', 'vpn.example.com'],
              ['agent', 'SmartVPN Mobile'],
              ['authorization', `Basic ${credentials}`],
            ]),
          },
          rest,
        });
      },
    ),
  ),
];
