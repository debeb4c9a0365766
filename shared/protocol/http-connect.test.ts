import { utf8ToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { encodeBase64 } from './base64.ts';
import { RequestHeadParser, ResponseHeadParser, encodeConnectRequest } from './http-connect.ts';

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

test('Base 64 of RFC 4648 §10', () => {
  const encoded = ['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) =>
    encodeBase64(utf8ToBytes(text)),
  );
  expect(encoded).toEqual(['', 'Zg==', 'Zm8=', 'Zm9v', 'Zm9vYg==', 'Zm9vYmE=', 'Zm9vYmFy']);
});

describe('the CONNECT request', () => {
  test('byte for byte', () => {
    expect(ascii(encodeConnectRequest('vpn.example.com', 'alice', '6ed4e4'))).toBe(
      'CONNECT / HTTP/1.0\r\n' +
        'Host:vpn.example.com\r\n' +
        'Agent: SmartVPN Mobile\r\n' +
        'Authorization: Basic YWxpY2U6NmVkNGU0\r\n' +
        '\r\n',
    );
  });

  test('an IPv6 address gets brackets, letters beyond ASCII are UTF-8', () => {
    const text = ascii(encodeConnectRequest('2001:db8::1', 'jörg', 'pä:ß'));
    expect(text).toContain('Host:[2001:db8::1]\r\n');
    // "jörg:pä:ß" in UTF-8
    expect(text).toContain('Basic asO2cmc6cMOkOsOf\r\n');
  });
});

function parse(...chunks: (string | Uint8Array)[]) {
  const parser = new ResponseHeadParser();
  let result = parser.push(new Uint8Array(0));
  for (const chunk of chunks) result = parser.push(typeof chunk === 'string' ? utf8ToBytes(chunk) : chunk);
  return result;
}

describe('the response head', () => {
  test('the bytes behind it are the first frames', () => {
    const whole = parse('HTTP/1.0 200 OK\r\nServer: DrayWeb/0.0.2\r\n\r\n\x00\x01');
    expect(whole).toEqual({
      ok: true,
      value: {
        done: true,
        head: {
          version: '1.0',
          status: 200,
          reason: 'OK',
          headers: new Map([['server', 'DrayWeb/0.0.2']]),
        },
        rest: Uint8Array.of(0, 1),
      },
    });
  });

  test('nothing may be pushed after its end', () => {
    expect(parse('HTTP/1.0 200 OK\r\n\r\n', 'x')).toMatchObject({
      ok: false,
      error: { code: 'http-malformed' },
    });
  });

  test('the rest is a copy: the chunk may be used again', () => {
    const chunk = utf8ToBytes('HTTP/1.0 200\r\n\r\nabc');
    const result = new ResponseHeadParser().push(chunk);
    chunk.fill(0);
    expect(result.ok && result.value.done ? ascii(result.value.rest) : '').toBe('abc');
  });

  test('the rest is a copy of a Buffer too, whose slice would be a view', () => {
    const chunk = Buffer.from('HTTP/1.0 200\r\n\r\nabc');
    const result = new ResponseHeadParser().push(chunk);
    chunk.fill(0);
    expect(result.ok && result.value.done ? ascii(result.value.rest) : '').toBe('abc');
  });

  test('one byte at a time', () => {
    const text = 'HTTP/1.1 403 Forbidden\r\nRetry-After: 60\r\nX-Empty:\r\n\r\n';
    const result = parse(...text.split(''));
    expect(result).toMatchObject({
      ok: true,
      value: { done: true, head: { status: 403, reason: 'Forbidden' }, rest: new Uint8Array(0) },
    });
  });

  test('a bare LF ends a line too (RFC 9112 §2.2)', () => {
    expect(parse('HTTP/1.0 200 OK\nServer: x\n\n')).toMatchObject({ ok: true, value: { done: true } });
  });

  test('a repeated header is joined, names are lower case, blanks go', () => {
    const result = parse('HTTP/1.0 200 OK\r\nX-A: 1\r\nx-a: \t2 \r\n\r\n');
    expect(result.ok && result.value.done ? result.value.head.headers : undefined).toEqual(
      new Map([['x-a', '1, 2']]),
    );
  });

  test.each([
    ['an SSH server', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['a status of two digits', 'HTTP/1.0 20 OK\r\n'],
    ['no version', 'HTTP 200 OK\r\n'],
    ['an empty line first', '\r\n'],
    ['a line without a colon', 'HTTP/1.0 200 OK\r\nServer\r\n'],
    ['a blank before the colon', 'HTTP/1.0 200 OK\r\nServer : x\r\n'],
    ['a folded line', 'HTTP/1.0 200 OK\r\nA: b\r\n c\r\n'],
    ['a control character in a value', 'HTTP/1.0 200 OK\r\nA: b\x00c\r\n'],
    ['a CR in a value', 'HTTP/1.0 200 OK\r\nA: b\rc\r\n'],
  ])('%s is refused at its line', (_, text) => {
    expect(parse(text)).toMatchObject({ ok: false, error: { code: 'http-malformed' } });
  });

  test('a head of 8192 bytes is taken, a longer one is not', () => {
    const head = (total: number): string => {
      const frame = 'HTTP/1.0 200 OK\r\nA: \r\n\r\n';
      return `HTTP/1.0 200 OK\r\nA: ${'x'.repeat(total - frame.length)}\r\n\r\n`;
    };
    expect(parse(head(8192))).toMatchObject({ ok: true, value: { done: true } });
    expect(parse(head(8193))).toMatchObject({ ok: false, error: { code: 'http-too-long' } });
  });

  test('a first line without end is refused at 8 KiB', () => {
    expect(parse('x'.repeat(8192))).toEqual({ ok: true, value: { done: false } });
    expect(parse('x'.repeat(8193))).toMatchObject({ ok: false, error: { code: 'http-too-long' } });
  });

  test('100 headers are taken, 101 are not', () => {
    const head = (count: number): string => `HTTP/1.0 200 OK\r\n${'a:b\r\n'.repeat(count)}\r\n`;
    expect(parse(head(100))).toMatchObject({ ok: true, value: { done: true } });
    expect(parse(head(101))).toMatchObject({ ok: false, error: { code: 'http-too-long' } });
  });
});

describe('the request head', () => {
  test('our own request', () => {
    const result = new RequestHeadParser().push(encodeConnectRequest('vpn', 'a', 'b'));
    expect(result).toMatchObject({
      ok: true,
      value: { done: true, head: { method: 'CONNECT', target: '/', version: '1.0' } },
    });
    expect(result.ok && result.value.done ? [...result.value.head.headers] : []).toEqual([
      ['host', 'vpn'],
      ['agent', 'SmartVPN Mobile'],
      ['authorization', 'Basic YTpi'],
    ]);
  });

  test.each([
    'GET /\r\n',
    'GET  / HTTP/1.0\r\n',
    'GET / HTTP/1.0 \r\n',
    'GET /\x01 HTTP/1.0\r\n',
    '/ HTTP/1.0\r\n',
  ])('%j is refused', (line) => {
    expect(new RequestHeadParser().push(utf8ToBytes(line))).toMatchObject({
      ok: false,
      error: { code: 'http-malformed' },
    });
  });
});
