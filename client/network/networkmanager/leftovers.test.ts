import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { programsHere } from '../../../test/support/programs-here.ts';
import {
  type Answers,
  startSilentNetworkManager,
  type SilentNetworkManager,
} from '../../../test/support/silent-network-manager.ts';
import type { CommandRunner } from '../command-runner.ts';
import { claimJournal, leftJournals } from '../journal.ts';
import { recoverManaged } from './leftovers.ts';
import { createNetworkManagerNetwork } from './network-manager-network.ts';

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
  expect(await recoverManaged(folder, manager, noPrograms, new AbortController().signal)).toEqual([]);
  expect(await leftJournals(folder)).toHaveLength(count);
});

const ONE_PROFILE: Answers = {
  GetManagedObjects: ['a{oa{sa{sv}}}', {}],
  ListConnections: ['ao', ['/org/freedesktop/NetworkManager/Settings/1']],
};

// In less than what mending is given at most.
describe.skipIf(!programsHere('dbus-daemon'))('a NetworkManager that hangs', { timeout: 20_000 }, () => {
  let manager: SilentNetworkManager | undefined;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await manager?.close();
  });

  test.each([
    ['from the beginning', {}],
    ['when it is asked what a profile is', ONE_PROFILE],
  ])('%s: called off, it is waited for no longer, and what may be left is kept', async (_, answers) => {
    manager = await startSilentNetworkManager(answers);
    vi.stubEnv('DBUS_SYSTEM_BUS_ADDRESS', manager.address);
    const network = createNetworkManagerNetwork({
      stateFolder: folder,
      run: noPrograms,
      // Longer than any test waits.
      patience: 3_600_000,
    });
    const calledOff = new AbortController();
    const mending = network.recover(calledOff.signal);
    await manager.asked;
    calledOff.abort();
    expect(await mending).toEqual([]);
    expect(await leftJournals(folder)).toHaveLength(1);
  });

  test('and ends before it has said what a profile is: that may be ours, and is kept', async () => {
    manager = await startSilentNetworkManager(ONE_PROFILE);
    vi.stubEnv('DBUS_SYSTEM_BUS_ADDRESS', manager.address);
    const mending = createNetworkManagerNetwork({ stateFolder: folder, run: noPrograms }).recover();
    await manager.asked;
    manager.leave();
    expect(await mending).toEqual([]);
    expect(await leftJournals(folder)).toHaveLength(1);
  });
});
