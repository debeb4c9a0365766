import { utf8ToBytes } from '@noble/hashes/utils.js';
import { type Result, err, ok } from '../result.ts';
import { hostText } from '../server-address.ts';
import { encodeBase64 } from './base64.ts';
import { type ProtocolError, protocolError } from './protocol-error.ts';

/*
 * The HTTP exchange in front of the frames (protocol.md §1).
 *
 *   CONNECT / HTTP/1.0 CRLF
 *   Host:<server> CRLF                         no space after the colon
 *   Agent: SmartVPN Mobile CRLF
 *   Authorization: Basic <base64> CRLF
 *   CRLF
 *                                              HTTP/1.0 200 … CRLF, headers, CRLF
 *   then frames in both directions
 */

export const MAXIMUM_HEAD_LENGTH = 8192;
export const MAXIMUM_HEADERS = 100;

/** `server` as the user wrote it, an IPv6 address without brackets. User name and password go as UTF-8. */
export function encodeConnectRequest(server: string, userName: string, password: string): Uint8Array {
  return utf8ToBytes(
    'CONNECT / HTTP/1.0\r\n' +
      `Host:${hostText(server)}\r\n` +
      'Agent: SmartVPN Mobile\r\n' +
      `Authorization: Basic ${encodeBase64(utf8ToBytes(`${userName}:${password}`))}\r\n` +
      '\r\n',
  );
}

/** Header names are in lower case; a repeated header's values are joined by ", " (RFC 9110 §5.3). */
type Headers = ReadonlyMap<string, string>;

export interface HttpResponseHead {
  /** "1.0" or "1.1" */
  readonly version: string;
  readonly status: number;
  readonly reason: string;
  readonly headers: Headers;
}

export interface HttpRequestHead {
  readonly method: string;
  readonly target: string;
  readonly version: string;
  readonly headers: Headers;
}

/** `rest`: the bytes after the empty line, a copy. */
export type HeadProgress<T> =
  { readonly done: false } | { readonly done: true; readonly head: T; readonly rest: Uint8Array };

const CR = 0x0d;
const LF = 0x0a;

/**
 * Gathers a head's lines out of any chunking. A line ends with LF, a CR before it is dropped: RFC 9112
 * §2.2 allows a receiver that, and some embedded servers send bare LF. Text is taken as ISO 8859-1.
 * The start line is judged as soon as it is whole, so that an answer that is not HTTP is found out
 * at its first line.
 */
class HeadParser<Start> {
  readonly #parseStart: (line: string) => Start | undefined;
  readonly #bytes = new Uint8Array(MAXIMUM_HEAD_LENGTH);
  #length = 0;
  #lineStart = 0;
  #start: Start | undefined;
  #headers = new Map<string, string>();
  #headerCount = 0;
  #error: ProtocolError | undefined;
  #finished = false;

  constructor(parseStart: (line: string) => Start | undefined) {
    this.#parseStart = parseStart;
  }

  push(
    chunk: Uint8Array,
  ): Result<HeadProgress<{ readonly start: Start; readonly headers: Headers }>, ProtocolError> {
    if (this.#error !== undefined) return err(this.#error);
    if (this.#finished) return this.#fail('http-malformed', 'Bytes were pushed after the end of the head.');
    for (let i = 0; i < chunk.length; i += 1) {
      if (this.#length === MAXIMUM_HEAD_LENGTH) {
        return this.#fail('http-too-long', `The head is longer than ${MAXIMUM_HEAD_LENGTH} bytes.`);
      }
      const byte = chunk[i] ?? 0;
      this.#bytes[this.#length] = byte;
      this.#length += 1;
      if (byte !== LF) continue;
      const line = this.#takeLine();
      if (this.#start !== undefined && line === '') {
        this.#finished = true;
        return ok({
          done: true,
          head: { start: this.#start, headers: this.#headers },
          // Not slice: of a Node Buffer that would be a view.
          rest: new Uint8Array(chunk.subarray(i + 1)),
        });
      }
      const error = this.#start === undefined ? this.#takeStart(line) : this.#takeHeader(line);
      if (error !== undefined) return error;
    }
    return ok({ done: false });
  }

  #takeLine(): string {
    let end = this.#length - 1;
    if (end > this.#lineStart && this.#bytes[end - 1] === CR) end -= 1;
    let line = '';
    for (let i = this.#lineStart; i < end; i += 1) line += String.fromCharCode(this.#bytes[i] ?? 0);
    this.#lineStart = this.#length;
    return line;
  }

  #takeStart(line: string) {
    this.#start = this.#parseStart(line);
    if (this.#start === undefined) return this.#fail('http-malformed', 'The first line is not one of HTTP.');
    return undefined;
  }

  #takeHeader(line: string) {
    this.#headerCount += 1;
    if (this.#headerCount > MAXIMUM_HEADERS) {
      return this.#fail('http-too-long', `The head has more than ${MAXIMUM_HEADERS} headers.`);
    }
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
    const value = trimBlanks(line.slice(colon + 1));
    if (!TOKEN.test(name) || hasControlCharacter(value)) {
      return this.#fail('http-malformed', `Line ${this.#headerCount + 1} of the head is not a header.`);
    }
    const before = this.#headers.get(name);
    this.#headers.set(name, before === undefined ? value : `${before}, ${value}`);
    return undefined;
  }

  #fail(
    code: 'http-malformed' | 'http-too-long',
    detail: string,
  ): { readonly ok: false; readonly error: ProtocolError } {
    this.#error = protocolError(code, detail);
    return err(this.#error);
  }
}

// RFC 9110 §5.6.2
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const STATUS_LINE = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/;
const REQUEST_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) ([\x21-\x7e]+) HTTP\/(\d\.\d)$/;

/** Streaming parser of a response's head. Errors: http-malformed, http-too-long; both are final. */
export class ResponseHeadParser {
  readonly #parser = new HeadParser(parseStatusLine);

  push(chunk: Uint8Array): Result<HeadProgress<HttpResponseHead>, ProtocolError> {
    const progress = this.#parser.push(chunk);
    if (!progress.ok) return progress;
    if (!progress.value.done) return ok(progress.value);
    const { head, rest } = progress.value;
    return ok({ done: true, head: { ...head.start, headers: head.headers }, rest });
  }
}

/** Streaming parser of a request's head. Errors: http-malformed, http-too-long; both are final. */
export class RequestHeadParser {
  readonly #parser = new HeadParser(parseRequestLine);

  push(chunk: Uint8Array): Result<HeadProgress<HttpRequestHead>, ProtocolError> {
    const progress = this.#parser.push(chunk);
    if (!progress.ok) return progress;
    if (!progress.value.done) return ok(progress.value);
    const { head, rest } = progress.value;
    return ok({ done: true, head: { ...head.start, headers: head.headers }, rest });
  }
}

function parseStatusLine(line: string): Omit<HttpResponseHead, 'headers'> | undefined {
  const match = STATUS_LINE.exec(line);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return { version: match[1], status: Number(match[2]), reason: match[3] ?? '' };
}

function parseRequestLine(line: string): Omit<HttpRequestHead, 'headers'> | undefined {
  const match = REQUEST_LINE.exec(line);
  if (match?.[1] === undefined || match[2] === undefined || match[3] === undefined) return undefined;
  return { method: match[1], target: match[2], version: match[3] };
}

/** Without the spaces and tabs around it. Not `trim`, which takes more than RFC 9110 §5.5 allows. */
function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start += 1;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end -= 1;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/** RFC 9110 §5.5: visible characters, blanks and bytes from 0x80 on. */
function hasControlCharacter(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f) return true;
  }
  return false;
}
