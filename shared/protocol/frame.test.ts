import { hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import {
  FrameCommand,
  FrameDecoder,
  encodeFrame,
  encodeKeepAliveReply,
  encodeKeepAliveRequest,
} from './frame.ts';

/** What a decoder hands out, copied, and where each piece lay. */
function recorder(options: { readonly maximumPayload?: number } = {}) {
  const frames: { command: number; payload: number[]; bytes: Uint8Array }[] = [];
  const decoder = new FrameDecoder((command, bytes, start, end) => {
    frames.push({ command, payload: [...bytes.subarray(start, end)], bytes });
  }, options);
  return { decoder, frames };
}

test('a keep-alive request is "REQUEST <n>" padded with zeros', () => {
  expect(encodeKeepAliveRequest(0)).toEqual(hexToBytes('0200001052455155455354203000000000000000'));
  expect(encodeKeepAliveRequest(4294967295)).toHaveLength(20);
});

test('a reply gives the payload back', () => {
  const payload = encodeKeepAliveRequest(12).subarray(4);
  expect(encodeKeepAliveReply(payload)).toEqual(encodeFrame(FrameCommand.reply, payload));
});

describe('in one chunk', () => {
  test('every whole frame is handed out in place', () => {
    const { decoder, frames } = recorder();
    const chunk = Uint8Array.from([...encodeFrame(0, Uint8Array.of(1, 2, 3)), ...encodeFrame(1)]);
    expect(decoder.push(chunk)).toBeUndefined();
    expect(frames.map(({ command, payload }) => [command, payload])).toEqual([
      [0, [1, 2, 3]],
      [1, []],
    ]);
    expect(frames.every(({ bytes }) => bytes === chunk)).toBe(true);
    expect(decoder.end()).toBeUndefined();
  });

  test('only the part asked for is read', () => {
    const { decoder, frames } = recorder();
    const frame = encodeFrame(0, Uint8Array.of(9));
    const chunk = Uint8Array.from([0xff, 0xff, ...frame, 0xff]);
    expect(decoder.push(chunk, 2, 2 + frame.length)).toBeUndefined();
    expect(frames).toHaveLength(1);
    expect(decoder.end()).toBeUndefined();
  });
});

describe('across chunks', () => {
  test('the straddling frame alone is carried, its neighbours stay in place', () => {
    const { decoder, frames } = recorder();
    const frame = encodeFrame(0, Uint8Array.of(1, 2, 3, 4));
    const first = Uint8Array.from([...frame, ...frame.subarray(0, 6)]);
    const second = Uint8Array.from([...frame.subarray(6), ...frame]);
    decoder.push(first);
    decoder.push(second);
    expect(frames.map(({ payload }) => payload)).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(frames.map(({ bytes }) => (bytes === first ? 1 : bytes === second ? 2 : 0))).toEqual([1, 0, 2]);
  });

  test('one byte at a time', () => {
    const { decoder, frames } = recorder();
    const bytes = [...encodeFrame(0, Uint8Array.of(5, 6)), ...encodeKeepAliveRequest(3), ...encodeFrame(1)];
    for (const byte of bytes) expect(decoder.push(Uint8Array.of(byte))).toBeUndefined();
    expect(frames.map(({ command }) => command)).toEqual([0, 2, 1]);
    expect(frames[0]?.payload).toEqual([5, 6]);
  });

  test('the largest frame, and none larger', () => {
    const largest = encodeFrame(0, new Uint8Array(1504).fill(7));
    for (const cut of [1, 4, 5, 1507]) {
      const { decoder, frames } = recorder();
      decoder.push(largest.subarray(0, cut));
      expect(decoder.push(largest.subarray(cut))).toBeUndefined();
      expect(frames[0]?.payload).toHaveLength(1504);
    }
    const { decoder, frames } = recorder();
    expect(decoder.push(encodeFrame(0, new Uint8Array(1505)))).toMatchObject({ code: 'frame-length' });
    expect(frames).toEqual([]);
  });

  test('a smaller limit still takes a keep-alive', () => {
    const { decoder, frames } = recorder({ maximumPayload: 8 });
    const frame = encodeKeepAliveRequest(0);
    decoder.push(frame.subarray(0, 7));
    expect(decoder.push(frame.subarray(7))).toBeUndefined();
    expect(frames).toHaveLength(1);
    expect(decoder.push(encodeFrame(0, new Uint8Array(9)))).toMatchObject({ code: 'frame-length' });
  });
});

describe('what no peer may send', () => {
  test.each([
    ['unknown command', '04000000', 'frame-unknown-command'],
    ['version', '00010004ff03c021', 'frame-version'],
    ['DATA without a protocol', '00000000', 'frame-length'],
    ['CLOSE with a payload', '01000001aa', 'frame-length'],
    ['long REQUEST', '02000011', 'frame-length'],
    ['long REPLY', '03000011', 'frame-length'],
    ['HTTP', '485454502f312e30', 'frame-version'],
  ])('%s', (_, hex, code) => {
    const { decoder, frames } = recorder();
    expect(decoder.push(hexToBytes(hex))).toMatchObject({ kind: 'protocol-error', code });
    expect(frames).toEqual([]);
  });

  test('the frames before it are handed out, none after it', () => {
    const { decoder, frames } = recorder();
    const bytes = Uint8Array.from([...encodeFrame(1), 9, 0, 0, 0, ...encodeFrame(1)]);
    const error = decoder.push(bytes);
    expect(error).toMatchObject({ code: 'frame-unknown-command' });
    expect(frames).toHaveLength(1);
    expect(decoder.push(encodeFrame(1))).toBe(error);
    expect(decoder.end()).toBe(error);
    expect(frames).toHaveLength(1);
  });

  test.each([1, 3, 4, 5])('the end of the stream %i bytes into a frame', (count) => {
    const { decoder } = recorder();
    decoder.push(encodeFrame(0, Uint8Array.of(1, 2)).subarray(0, count));
    expect(decoder.end()).toMatchObject({ code: 'truncated-stream' });
  });
});
