import { expect, test } from 'vitest';
import { Cleanup } from './cleanup.ts';

test('what was made last is undone first, and each once', async () => {
  const undone: string[] = [];
  const cleanup = new Cleanup();
  cleanup.add(() => void undone.push('first'));
  const undoEarly = cleanup.add(() => void undone.push('early'));
  cleanup.add(() => void undone.push('last'));
  await undoEarly();
  await undoEarly();
  await Promise.all([cleanup.run(), cleanup.run()]);
  expect(undone).toEqual(['early', 'last', 'first']);
});

test('all who wait, wait until everything is undone', async () => {
  const cleanup = new Cleanup();
  let undone = false;
  cleanup.add(async () => {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    undone = true;
  });
  void cleanup.run();
  await cleanup.run();
  expect(undone).toBe(true);
});

test('what is made while everything is undone is undone too, and its maker stopped', () => {
  const cleanup = new Cleanup();
  void cleanup.run();
  let undone = false;
  expect(() => cleanup.add(() => void (undone = true))).toThrow(/stopped/);
  expect(undone).toBe(true);
});
