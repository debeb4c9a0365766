import { expect } from 'vitest';

/** What is to become so without an event to wait for. Patient, because a machine may be busy. */
export function soon<T>(look: () => T): ReturnType<typeof expect.poll<T>> {
  return expect.poll(look, { timeout: 20_000 });
}
