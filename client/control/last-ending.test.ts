import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetEnding, keepEnding, type LastEnding, readEnding } from './last-ending.ts';

const ENDING: LastEnding = {
  profile: { id: 'a', name: 'office', server: 'vpn.example', port: 443 },
  endedAt: 1_000,
  failure: {
    reason: 'router-closed',
    message: 'The router ended the connection.',
    steps: ['Connect again.'],
  },
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'svpn-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('is kept until it is forgotten', async () => {
  expect(await readEnding(folder)).toBeUndefined();
  await keepEnding(folder, ENDING);
  expect(await readEnding(folder)).toEqual(ENDING);
  await forgetEnding(folder);
  await forgetEnding(folder);
  expect(await readEnding(folder)).toBeUndefined();
});

test.each(['', 'hello', '{"endedAt":"yesterday"}', 'x'.repeat(70_000)])('%.20s is none', async (text) => {
  await writeFile(join(folder, 'last-ending.json'), text);
  expect(await readEnding(folder)).toBeUndefined();
});
