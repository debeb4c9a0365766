import { createReadStream } from 'node:fs';
import { expect, test } from 'vitest';
import { readAtMost } from './read-at-most.ts';

async function* chunks(...lengths: number[]): AsyncGenerator<Buffer> {
  for (const length of lengths) yield Buffer.alloc(length, 'x');
}

test.each([
  [[], 0],
  [[3, 4], 7],
])('%j bytes are taken when they are no more than %i', async (lengths, maximum) => {
  expect((await readAtMost(chunks(...lengths), maximum))?.length).toBe(maximum);
});

test('one byte more is refused', async () => {
  expect(await readAtMost(chunks(3, 5), 7)).toBeUndefined();
});

test('of what has no end no more is read than tells that it is too much, and it is closed', async () => {
  const endless = createReadStream('/dev/zero', { highWaterMark: 1000 });
  const closed = new Promise<void>((resolve) => endless.once('close', resolve));
  expect(await readAtMost(endless, 10_000)).toBeUndefined();
  await closed;
  // The stream reads one buffer ahead.
  expect(endless.bytesRead).toBeLessThanOrEqual(13_000);
});

test('what cannot be read rejects with the system’s error', async () => {
  await expect(readAtMost(createReadStream('/'), 10)).rejects.toMatchObject({ code: 'EISDIR' });
});
