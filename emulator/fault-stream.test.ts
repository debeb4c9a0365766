import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { FaultStream } from './fault-stream.ts';

function setUp() {
  const inner = new PassThrough();
  const stream = new FaultStream(inner);
  const read: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => read.push(chunk));
  return { inner, stream, read, text: () => Buffer.concat(read).toString('hex') };
}

// The inner stream gives back what is written to it: what is read is what was sent.
describe('FaultStream', () => {
  test('passes on, and its end too', async () => {
    const { stream, text } = setUp();
    const ended = new Promise((resolve) => stream.once('end', resolve));
    stream.write(Buffer.from('0102', 'hex'));
    stream.end(Buffer.from('03', 'hex'));
    await ended;
    expect(text()).toBe('010203');
  });

  test('mute: writes succeed and nothing is sent', async () => {
    const { stream, text } = setUp();
    stream.mute();
    await new Promise((resolve) => stream.write('unheard', resolve));
    expect(text()).toBe('');
  });

  test('slow: a byte at a time, in order', async () => {
    const { stream, read, text } = setUp();
    stream.slow(1);
    await new Promise((resolve) => stream.write(Buffer.from('0102030405', 'hex'), resolve));
    await expect.poll(text).toBe('0102030405');
    expect(read).toHaveLength(5);
  });

  test('held back, then sent in order', async () => {
    const { stream, text } = setUp();
    stream.hold();
    stream.write(Buffer.from('01', 'hex'));
    stream.write(Buffer.from('02', 'hex'));
    await new Promise(setImmediate);
    expect(text()).toBe('');
    stream.release();
    await expect.poll(text).toBe('0102');
  });

  test('keep-alive requests vanish once it is deaf to them, in any chunking', async () => {
    const { inner, stream, text } = setUp();
    const request = '0200001052455155455354203000000000000000';
    const data = '00000005ff03c02101';
    stream.watchFrames();
    stream.incoming(Buffer.from(request, 'hex'));
    stream.deafToKeepAlives();
    for (const byte of Buffer.from(data + request + data, 'hex')) inner.write(Buffer.from([byte]));
    await expect.poll(text).toBe(request + data + data);
  });

  test('what is no frame is passed on as it is', async () => {
    const { inner, stream, text } = setUp();
    stream.watchFrames();
    inner.write(Buffer.from('09090909', 'hex'));
    await expect.poll(text).toBe('09090909');
  });

  test('destroyed while slow, it is over at once', async () => {
    const { inner, stream } = setUp();
    stream.slow(60_000);
    stream.write('long');
    stream.destroy();
    await new Promise((resolve) => stream.once('close', resolve));
    expect(inner.destroyed).toBe(true);
  });
});
