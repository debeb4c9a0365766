import { expect, test } from 'vitest';
import { filteredLines, linesText } from './log-lines.ts';

const lines = [
  { at: 0, level: 'debug', text: 'one' },
  { at: 1000, level: 'info', text: 'Two' },
  { at: 2000, level: 'error', text: 'three' },
] as const;

test('a level shows the graver ones too, a search only what has it', () => {
  expect(filteredLines(lines, 'info', '').map(({ text }) => text)).toEqual(['Two', 'three']);
  expect(filteredLines(lines, 'debug', ' tW ').map(({ text }) => text)).toEqual(['Two']);
});

test('copied lines carry their whole time', () => {
  expect(linesText(lines.slice(1, 2))).toBe('1970-01-01T00:00:01.000Z info Two\n');
});
