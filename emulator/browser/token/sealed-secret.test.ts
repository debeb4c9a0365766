import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MotionEntropy } from './motion-entropy.ts';
import { parseRoute } from './route.ts';
import { clockText } from './router-clock.ts';
import { openSecret, sealSecret } from './sealed-secret.ts';
import { systemRandom } from './system-random.ts';

const hexSecret = fc.stringMatching(/^[0-9a-f]{1,32}$/);
const pin = fc.stringMatching(/^[0-9]{4,7}$/);

test('a sealed secret opens to itself with its PIN, and to one of the same form with any other', async () => {
  await fc.assert(
    fc.asyncProperty(hexSecret, pin, pin, async (secret, right, other) => {
      const sealed = await sealSecret(secret, right, systemRandom, 2);
      expect(await openSecret(sealed, right)).toBe(secret);
      const opened = await openSecret(sealed, other);
      expect(opened).toMatch(/^[0-9a-f]+$/);
      expect(opened).toHaveLength(secret.length);
    }),
    { numRuns: 50 },
  );
});

test('a wrong PIN opens to another secret', async () => {
  const secret = 'e3152afee62599c8e3152afee62599c8';
  const sealed = await sealSecret(secret, '1234', systemRandom, 2);
  expect(await openSecret(sealed, '1235')).not.toBe(secret);
});

test('the movements of a phone are mixed in, and never stand alone', () => {
  const still = new MotionEntropy();
  const moved = new MotionEntropy();
  for (let at = 0; at < 100; at += 1) {
    still.add(0, 0, 9.8, at);
    moved.add(at % 2 === 0 ? 15 : 0, 0, 9.8, at);
  }
  expect([still.progress, moved.progress]).toEqual([0, 1]);
  const zeros = (length: number) => new Uint8Array(length);
  const ones = (length: number) => new Uint8Array(length).fill(1);
  expect(moved.secretBytes(zeros)).not.toEqual(still.secretBytes(zeros));
  expect(moved.secretBytes(zeros)).not.toEqual(moved.secretBytes(ones));
  expect(moved.secretBytes(zeros)).toHaveLength(16);
});

test.each([
  [undefined, 'cannot be asked', false],
  [900, 'agree', false],
  [5000, '5 seconds behind', false],
  [-61_000, '61 seconds ahead of', true],
])('a difference of %s ms is told', (difference, words, isWrong) => {
  const { text, isWrong: wrong } = clockText(difference);
  expect([text.includes(words), wrong]).toEqual([true, isWrong]);
});

test.each([
  ['', { kind: 'list' }],
  ['#/code/a-1', { kind: 'code', id: 'a-1' }],
  ['#/code/', { kind: 'list' }],
  ['#/new', { kind: 'new' }],
  ['#/elsewhere/x', { kind: 'list' }],
])('%s is a place', (hash, route) => {
  expect(parseRoute(hash)).toEqual(route);
});
