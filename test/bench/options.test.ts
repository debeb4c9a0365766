import { expect, test } from 'vitest';
import { SECTIONS, parseOptions } from './options.ts';

test('without words: three rounds of everything that is not only run on demand', () => {
  const sections = SECTIONS.filter(
    (name) => !['far', 'soak', 'integrity', 'reconnect', 'repeat'].includes(name),
  );
  expect(parseOptions([])).toMatchObject({ rounds: 3, sections, sessionCounts: [1, 100, 1000] });
});

test('the soak runs for as long as it is told', () => {
  expect(parseOptions(['--only', 'soak', '--minutes', '3'])).toMatchObject({
    sections: ['soak'],
    minutes: 3,
  });
});

test('a quick run is short, unless told otherwise', () => {
  expect(parseOptions(['--quick'])).toMatchObject({ rounds: 1, seconds: 1, allPeers: false });
  expect(parseOptions(['--quick', '--rounds', '5'])).toMatchObject({ rounds: 5 });
  expect(parseOptions(['--quick'])).not.toMatchObject({ sections: expect.arrayContaining(['flood']) });
});

test('sections can be chosen', () => {
  expect(parseOptions(['--only', 'idle', '--only', 'throughput'])).toMatchObject({
    sections: ['idle', 'throughput'],
  });
});

test.each([
  [['--only', 'nothing'], /^--only: .*"connect-time"/],
  [['--rounds', '0'], /^--rounds: /],
  [['--seconds', 'many'], /^--seconds: /],
  [['--fast'], /--fast/],
  [['throughput'], /throughput/],
  [['--help'], /^npm run bench/],
])('%j is answered in words', (words, answer) => {
  expect(parseOptions(words)).toMatchObject({ say: expect.stringMatching(answer) });
});
