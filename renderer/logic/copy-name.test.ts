import { expect, test } from 'vitest';
import { profileNameSchema } from '../../shared/profile.ts';
import { copyName } from './copy-name.ts';

test('a copy has the name that is wished, with a number when it is taken', () => {
  expect(copyName('Lab (copy)', 'Lab', ['Lab'])).toBe('Lab (copy)');
  expect(copyName('Lab (copy)', 'Lab', ['Lab', 'LAB (COPY)'])).toBe('Lab (copy) (2)');
});

test('the name of a copy can be saved, however long the original’s is', () => {
  const long = 'x'.repeat(100);
  const name = copyName(`${long} (copy)`, long, [long]);
  expect(profileNameSchema.safeParse(name).success).toBe(true);
  expect(name).not.toBe(long);
});
