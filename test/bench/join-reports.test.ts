import { expect, test } from 'vitest';
import { joinReports } from './join-reports.ts';

test('sections of all, the later one of two, and no samples', () => {
  const report = (machine: string, sections: object): string => JSON.stringify({ machine, sections });
  const joined = joinReports([
    report('a', { idle: { summary: [1], samples: [1, 2] }, flood: { summary: [1], samples: [] } }),
    report('b', { idle: { summary: [2], samples: [] } }),
  ]);
  expect(JSON.parse(JSON.stringify(joined))).toEqual({
    machine: 'b',
    sections: { idle: { summary: [2] }, flood: { summary: [1] } },
  });
});
