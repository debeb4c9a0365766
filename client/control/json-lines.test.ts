import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonLines, MAXIMUM_LINE_CHARACTERS } from './json-lines.ts';

describe('JSON lines', () => {
  test('any values in any chunks come out as they went in', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 50 }), (values, size) => {
        const bytes = Buffer.from(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
        const lines = new JsonLines();
        const received: unknown[] = [];
        for (let start = 0; start < bytes.length; start += size) {
          const result = lines.push(bytes.subarray(start, start + size));
          if (!result.ok) throw new Error(result.error);
          received.push(...result.value);
        }
        expect(JSON.stringify(received)).toBe(JSON.stringify(values));
      }),
    );
  });

  test('what is no JSON is an error', () => {
    expect(new JsonLines().push(Buffer.from('hello\n'))).toEqual({ ok: false, error: 'not-json' });
  });

  test('a line without end is given up', () => {
    const lines = new JsonLines();
    const chunk = Buffer.alloc(MAXIMUM_LINE_CHARACTERS, 'a');
    expect(lines.push(chunk).ok).toBe(true);
    expect(lines.push(Buffer.from('a'))).toEqual({ ok: false, error: 'line-too-long' });
  });
});
