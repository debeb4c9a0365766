import { mkdtemp, rm, stat, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { err, ok, type Result } from '../../shared/result.ts';
import { FolderLock } from './folder-lock.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

/** An action that is under way until `finish` is called. */
function openEnded(): {
  action: () => Promise<Result<string, never>>;
  started: Promise<void>;
  finish: () => void;
} {
  const started = Promise.withResolvers<void>();
  const finished = Promise.withResolvers<Result<string, never>>();
  return {
    action: () => {
      started.resolve();
      return finished.promise;
    },
    started: started.promise,
    finish: () => finished.resolve(ok('first')),
  };
}

test('another holder is waited for, up to a limit', async () => {
  const first = openEnded();
  const holding = new FolderLock(folder).run(first.action);
  await first.started;
  const impatient = new FolderLock(folder, { patienceMilliseconds: 0 });
  expect(await impatient.run(() => Promise.resolve(ok('second')))).toEqual({
    ok: false,
    error: { kind: 'busy', path: join(folder, '.lock') },
  });
  const patient = new FolderLock(folder).run(() => Promise.resolve(ok('third')));
  first.finish();
  expect(await holding).toEqual({ ok: true, value: 'first' });
  expect(await patient).toEqual({ ok: true, value: 'third' });
});

test('the actions of one lock run one after the other', async () => {
  const lock = new FolderLock(folder, { patienceMilliseconds: 0 });
  const first = openEnded();
  const order: string[] = [];
  const one = lock.run(first.action).then(() => order.push('first'));
  const two = lock.run(() => Promise.resolve(ok(order.push('second'))));
  first.finish();
  await Promise.all([one, two]);
  expect(order).toEqual(['first', 'second']);
});

test('an action that fails or throws lets go of it', async () => {
  const lock = new FolderLock(folder, { patienceMilliseconds: 0 });
  expect(await lock.run(() => Promise.resolve(err('no')))).toEqual({ ok: false, error: 'no' });
  await expect(lock.run(() => Promise.reject(new Error('a fault')))).rejects.toThrow('a fault');
  expect(await lock.run(() => Promise.resolve(ok('again')))).toEqual({ ok: true, value: 'again' });
});

test('a link in its place leads nowhere: else root, in a user’s folder, would make files where that user may not', async () => {
  const elsewhere = join(folder, 'elsewhere');
  await symlink(elsewhere, join(folder, '.lock'));
  const ran = await new FolderLock(folder).run(() => Promise.resolve(ok('ran')));
  expect(ran).toMatchObject({ ok: false, error: { kind: 'file-failed', code: 'ELOOP' } });
  await expect(stat(elsewhere)).rejects.toMatchObject({ code: 'ENOENT' });
});
