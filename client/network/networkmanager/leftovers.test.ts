import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { CommandRunner } from '../command-runner.ts';
import { claimJournal, leftJournals } from '../journal.ts';
import { recoverManaged } from './leftovers.ts';

const NAME = 'nobodys0';
const noPrograms: CommandRunner = async () => ({ kind: 'not-found' });

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leftovers-'));
  const journal = await claimJournal(folder, 0, NAME);
  await journal?.abandon({ interfaceName: NAME, networkManager: { uuid: randomUUID() } });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([
  ['answers nothing, is kept for the next time', 'silent', 1],
  ['does not run, is done with', undefined, 0],
] as const)('what may be left to a NetworkManager that %s', async (_, manager, count) => {
  expect(await recoverManaged(folder, manager, noPrograms)).toEqual([]);
  expect(await leftJournals(folder)).toHaveLength(count);
});
