import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type OpenedCounters, openAcceptedCounters } from './accepted-counters-file.ts';
import { AcceptedCounters } from './accepted-counters.ts';

const NOW = 1_658_922_980_000;
const MOTP_NOW = 165_892_298;
const TOTP_NOW = 55_297_432;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-counters-'));
});
afterEach(() => rm(folder, { recursive: true }));

function open(now = NOW, where: string | undefined = folder): Promise<OpenedCounters> {
  const failed = (problem: string) => {
    throw new Error(problem);
  };
  return openAcceptedCounters({ folder: where, now, motpWindowSteps: 3, totpWindowSteps: 1, failed });
}

describe('the counters of used codes', () => {
  test('outlive the router, in a file for its owner alone, whatever a user is called', async () => {
    const first = await open();
    first.motp.accept('anna', MOTP_NOW + 3);
    first.motp.accept('__proto__', MOTP_NOW);
    first.totp.accept('anna', TOTP_NOW);
    await first.saved();
    expect(await readdir(folder)).toEqual(['one-time-passwords.json']);
    expect((await stat(join(folder, 'one-time-passwords.json'))).mode & 0o777).toBe(0o600);
    const second = await open();
    expect(second.problems).toEqual([]);
    expect(second.motp.entries()).toEqual([
      ['anna', MOTP_NOW + 3],
      ['__proto__', MOTP_NOW],
    ]);
    expect([second.totp.last('anna'), second.totp.last('__proto__')]).toEqual([TOTP_NOW, -1]);
  });

  test('that the clock cannot have come to yet are forgotten: they would lock their user out', async () => {
    const ahead = await open(NOW + 3_600_000);
    ahead.motp.accept('anna', MOTP_NOW + 360);
    ahead.totp.accept('anna', TOTP_NOW + 120);
    await ahead.saved();
    const right = await open();
    expect([right.motp.last('anna'), right.totp.last('anna')]).toEqual([-1, -1]);
  });

  test('of a damaged file are set aside with it, and said', async () => {
    const path = join(folder, 'one-time-passwords.json');
    await writeFile(path, '{"version":1,"motp":[{"userName":"anna","counter":"many"}],"totp":[]}');
    const opened = await open();
    expect(opened.problems).toEqual([expect.stringContaining('was damaged and has been set aside as')]);
    expect(opened.motp.entries()).toEqual([]);
    expect(await readdir(folder)).toEqual([expect.stringContaining('one-time-passwords.json.damaged-')]);
  });

  test('stay in memory without a folder', async () => {
    const opened = await openAcceptedCounters({
      now: NOW,
      motpWindowSteps: 3,
      totpWindowSteps: 1,
      failed: () => undefined,
    });
    opened.motp.accept('anna', MOTP_NOW);
    await opened.saved();
    expect(opened.motp.last('anna')).toBe(MOTP_NOW);
    expect(await readdir(folder)).toEqual([]);
  });

  test('many at once make no more than two writes, and the last of them counts', async () => {
    const opened = await open();
    for (let at = 0; at < 500; at += 1) opened.motp.accept(`user ${at}`, MOTP_NOW);
    await opened.saved();
    const text = await readFile(join(folder, 'one-time-passwords.json'), 'utf8');
    expect(text).toContain('"user 499"');
    expect((await open()).motp.entries()).toHaveLength(500);
  });
});

test('of users without end, those seen last are remembered', () => {
  const counters = new AcceptedCounters();
  for (let at = 0; at < 1500; at += 1) {
    counters.accept(`user ${at}`, at);
    counters.accept('anna', at);
  }
  expect(counters.entries()).toHaveLength(1000);
  expect([counters.last('anna'), counters.last('user 0'), counters.last('user 1499')]).toEqual([
    1499, -1, 1499,
  ]);
});
