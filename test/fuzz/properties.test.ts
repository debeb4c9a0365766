import { expect, test } from 'vitest';
import { PROPERTIES } from './properties.ts';

test.each(PROPERTIES.map((property) => [property.name, property] as const))('%s', (_, property) => {
  expect(property.run(100, undefined).failure).toBeUndefined();
});
