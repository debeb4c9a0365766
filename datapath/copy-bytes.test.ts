import fc from 'fast-check';
import { expect, test } from 'vitest';
import { copyBytes } from './copy-bytes.ts';

test('the bytes asked for, and no others, whatever their number', () => {
  const length = fc.nat(300);
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 600, maxLength: 600 }),
      fc.nat(300),
      length,
      fc.nat(300),
      (...given) => {
        const [source, start, count, offset] = given;
        const target = new Uint8Array(700).fill(0xaa);
        const expected = target.slice();
        expected.set(source.subarray(start, start + count), offset);
        copyBytes(source, start, start + count, target, offset);
        expect(target).toEqual(expected);
      },
    ),
  );
});
