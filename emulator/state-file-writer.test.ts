import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { StateFileWriter } from './state-file-writer.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function setUp() {
  const written: string[] = [];
  const failures: string[] = [];
  const state = { value: 0, written, failures, fails: false };
  const writer = new StateFileWriter(
    '/state/file.json',
    () => String(state.value),
    (problem) => state.failures.push(problem),
    (_path, text) => {
      if (state.fails) return Promise.reject(new Error('ENOSPC'));
      state.written.push(text);
      return Promise.resolve();
    },
  );
  const change = () => {
    state.value += 1;
    writer.save();
  };
  return { state, writer, change };
}

test('the first change is written at once, a thousand more within the second in one go', async () => {
  const { state, change } = setUp();
  for (let at = 0; at < 1000; at += 1) change();
  await vi.advanceTimersByTimeAsync(0);
  expect(state.written).toEqual(['1']);
  await vi.advanceTimersByTimeAsync(1000);
  expect(state.written).toEqual(['1', '1000']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(state.written).toEqual(['1', '1000']);
  change();
  expect(state.written).toEqual(['1', '1000', '1001']);
});

test('what is due is written at once when it must be', async () => {
  const { state, writer, change } = setUp();
  change();
  change();
  await writer.saved();
  expect(state.written).toEqual(['1', '2']);
  await writer.saved();
  expect(state.written).toEqual(['1', '2']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a write that fails is told, and the next change is written again', async () => {
  const { state, writer, change } = setUp();
  state.fails = true;
  change();
  await writer.saved();
  expect(state.failures).toEqual(['/state/file.json could not be written: Error: ENOSPC']);
  state.fails = false;
  change();
  await writer.saved();
  expect(state.written).toEqual(['2']);
});
