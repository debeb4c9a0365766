import type * as Crypto from 'node:crypto';
import { type ScryptOptions, scrypt } from 'node:crypto';
import { beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { type Administrator, openAdministrator } from './administrator.ts';

/** The real scrypt, watched: how long a login takes is how much of it is computed. */
vi.mock('node:crypto', async (original) => {
  const real = await original<typeof Crypto>();
  return { ...real, scrypt: vi.fn<typeof real.scrypt>(real.scrypt) };
});

let administrator: Administrator;
let password = '';
beforeAll(async () => {
  const opened = await openAdministrator(undefined);
  ({ administrator } = opened);
  password = opened.firstPassword ?? '';
});
beforeEach(() => {
  vi.mocked(scrypt).mockClear();
});

interface Work {
  readonly keyLength: number;
  readonly salt: string;
  readonly cost: ScryptOptions;
}

/** What scrypt was asked to do since it was last looked at. */
function work(): Work[] {
  const calls = vi.mocked(scrypt).mock.calls.map(([, salt, keyLength, cost]): Work => {
    return { salt: salt instanceof Uint8Array ? Buffer.from(salt).toString('hex') : 'text', keyLength, cost };
  });
  vi.mocked(scrypt).mockClear();
  return calls;
}

const mayTry = () => true;

test('one scrypt of the same cost for every login, whoever it names and whatever the password', async () => {
  expect(await administrator.check('admin', 'wrong', mayTry)).toBe('wrong');
  const [usual, ...more] = work();
  expect(more).toEqual([]);
  expect(usual).toMatchObject({ keyLength: 32, cost: { N: 32_768, r: 8, p: 1 } });
  for (const userName of ['root', '', 'admi', 'admin ', 'ADMIN', 'x'.repeat(64), '__proto__']) {
    for (const tried of ['', 'wrong', password]) {
      expect(await administrator.check(userName, tried, mayTry)).toBe('wrong');
      expect(work()).toEqual([usual]);
    }
  }
  expect(await administrator.check('admin', password, mayTry)).toBe('right');
  expect(work()).toEqual([usual]);
});

test('and none for an address that is blocked, whoever it names', async () => {
  for (const userName of ['admin', 'root']) {
    expect(await administrator.check(userName, password, () => false)).toBe('not-now');
  }
  expect(work()).toEqual([]);
});
