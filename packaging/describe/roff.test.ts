import { expect, test } from 'vitest';
import { example, item, roffArgument, roffText } from './roff.ts';

test.each([
  ['a hyphen that can be copied', '--json', '\\-\\-json'],
  ['a backslash', 'a\\b', 'a\\eb'],
  ['what looks like a request', ".TH\n'x", "\\&.TH\n\\&'x"],
  ['what is not ASCII', 'machine’s', 'machine\\[u2019]s'],
  ['what needs two units', '😀', '\\[u1F600]'],
])('%s', (_, text, roff) => {
  expect(roffText(text)).toBe(roff);
});

test('a quote in an argument', () => {
  expect(roffArgument('say "a"')).toBe('"say ""a"""');
});

test('an item and an example', () => {
  expect(item('-x <n>', 'how often')).toBe('.TP\n.B "\\-x <n>"\nhow often');
  expect(example(['a', '', '.b'])).toBe('.PP\n.RS 4\n.nf\na\n.sp\n\\&.b\n.fi\n.RE');
});
