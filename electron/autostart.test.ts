import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { autostartEntry, desktopEntryAutostart, ownCommand } from './autostart.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'svpn-autostart-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const entry = (): Promise<string> => readFile(join(folder, 'autostart', 'smartvpn.desktop'), 'utf8');

test('arguments are quoted as the specification has it', () => {
  const text = autostartEntry(['/opt/My "VPN"/$HOME/100%', 'a\\b`c']);
  expect(text).toContain('Exec="/opt/My \\\\"VPN\\\\"/\\\\$HOME/100%%" "a\\\\\\\\b\\\\`c"\n');
});

test('set and taken away', async () => {
  const autostart = desktopEntryAutostart(folder, ['/usr/bin/smart-vpn-client']);
  expect(await autostart.set(true)).toEqual({ ok: true, value: undefined });
  expect(await entry()).toContain('Exec="/usr/bin/smart-vpn-client" "--at-login"');
  await autostart.set(false);
  await expect(entry()).rejects.toThrow('ENOENT');
  expect(await autostart.set(false)).toMatchObject({ ok: true });
});

test('a start mends the entry of a program that has moved, and leaves one alone that was switched off or taken away', async () => {
  await desktopEntryAutostart(folder, ['/old/place']).set(true);
  const autostart = desktopEntryAutostart(folder, ['/new/place']);
  await autostart.refresh(true);
  expect(await entry()).toContain('/new/place');
  const off = (await entry()).replace('enabled=true', 'enabled=false').replace('/new', '/old');
  await writeFile(join(folder, 'autostart', 'smartvpn.desktop'), off);
  await autostart.refresh(true);
  expect(await entry()).toBe(off);
  await rm(join(folder, 'autostart'), { recursive: true });
  await autostart.refresh(true);
  await expect(entry()).rejects.toThrow('ENOENT');
});

test('a folder that cannot be written is a problem in words', async () => {
  await mkdir(join(folder, 'file'));
  await writeFile(join(folder, 'file', 'autostart'), '');
  const done = await desktopEntryAutostart(join(folder, 'file'), ['x']).set(true);
  expect(done).toMatchObject({ ok: false, error: { kind: 'file-failed' } });
});

test('an AppImage is started by its file, not by its mount', () => {
  const facts = { executable: '/tmp/.mount_x/app', appImage: '/home/v/Smart.AppImage', appPath: '/src' };
  expect(ownCommand({ ...facts, isPackaged: true })).toEqual(['/home/v/Smart.AppImage']);
  expect(ownCommand({ ...facts, appImage: undefined, isPackaged: true })).toEqual(['/tmp/.mount_x/app']);
  expect(ownCommand({ ...facts, isPackaged: false })).toEqual(['/tmp/.mount_x/app', '/src']);
});
