import { expect, test } from 'vitest';
import type { TrayItem } from '../shared/tray.ts';
import type { ConnectionState } from '../shared/connection.ts';
import { profileView } from '../shared/contract/test-values.ts';
import { settingsSchema } from '../shared/settings.ts';
import { connectedNames, nextModel, stateChanges, type ShellModel } from './shell-model.ts';
import { menuEntries } from './tray-menu.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
const CONNECTING: ConnectionState = { state: 'connecting', stage: 'securing', attempt: 1 };
const EMPTY: ShellModel = { profiles: new Map(), states: new Map(), settings: settingsSchema.parse({}) };

test('profiles come, are renamed and go', () => {
  const profile = profileView(ID);
  const one = nextModel(EMPTY, 'profiles', { change: 'saved', profile: { ...profile, name: 'Office' } });
  expect([...one.profiles]).toEqual([[ID, 'Office']]);
  const renamed = nextModel(one, 'profiles', { change: 'saved', profile: { ...profile, name: 'Büro' } });
  expect(renamed.profiles.get(ID)).toBe('Büro');
  expect(nextModel(renamed, 'profiles', { change: 'removed', profileId: ID }).profiles.size).toBe(0);
  expect(nextModel(renamed, 'profiles', { change: 'all', profiles: [] }).profiles.size).toBe(0);
});

test('profiles are in the order of the window, however they came', () => {
  const named = (digit: number, name: string) => profileView(ID.replace(/.$/, String(digit)), name);
  const all = nextModel(EMPTY, 'profiles', {
    change: 'all',
    profiles: [named(1, 'Office 10'), named(2, 'office 9')],
  });
  const more = nextModel(all, 'profiles', { change: 'saved', profile: named(3, 'Lab') });
  const renamed = nextModel(more, 'profiles', { change: 'saved', profile: named(1, 'Annex') });
  expect([...more.profiles.values()]).toEqual(['Lab', 'office 9', 'Office 10']);
  expect([...renamed.profiles.values()]).toEqual(['Annex', 'Lab', 'office 9']);
});

test('a change of state is told once, with what was before', () => {
  const connecting = nextModel(EMPTY, 'connection', { profileId: ID, state: CONNECTING });
  expect(stateChanges(EMPTY, connecting)).toEqual([
    { profileId: ID, before: { state: 'disconnected' }, after: CONNECTING },
  ]);
  expect(stateChanges(connecting, connecting)).toEqual([]);
  const over = nextModel(connecting, 'connection', { profileId: ID, state: { state: 'disconnected' } });
  expect(over.states.size).toBe(0);
  expect(stateChanges(connecting, over)).toHaveLength(1);
});

test('what would be disconnected by quitting', () => {
  const named = { ...EMPTY, profiles: new Map([[ID, 'Office']]) };
  expect(connectedNames(nextModel(named, 'connection', { profileId: ID, state: CONNECTING }))).toEqual([
    'Office',
  ]);
  const failed: ConnectionState = { state: 'failed', since: 0, cause: { kind: 'credentials-refused' } };
  expect(connectedNames(nextModel(named, 'connection', { profileId: ID, state: failed }))).toEqual([]);
});

test('what does not concern the shell changes nothing', () => {
  expect(nextModel(EMPTY, 'log', { lines: [] })).toBe(EMPTY);
  expect(nextModel(EMPTY, 'problems', { problems: [] })).toBe(EMPTY);
});

test('menu items do what they stand for, and an ampersand is shown as one', () => {
  const items: TrayItem[] = [
    { kind: 'state', label: 'A & B' },
    { kind: 'separator' },
    {
      kind: 'submenu',
      label: 'Connect',
      isEnabled: true,
      items: [{ kind: 'action', label: 'R & D', isEnabled: true, action: { do: 'connect', profileId: ID } }],
    },
  ];
  const done: unknown[] = [];
  const entries = menuEntries(items, 'linux', (action) => done.push(action));
  expect(entries.map(({ label, type, enabled }) => [label, type, enabled])).toEqual([
    ['A && B', undefined, false],
    [undefined, 'separator', undefined],
    ['Connect', 'submenu', true],
  ]);
  const [entry] = entries[2]?.submenu ?? [];
  expect(entry?.label).toBe('R && D');
  entry?.click?.();
  expect(done).toEqual([{ do: 'connect', profileId: ID }]);
  expect(menuEntries(items, 'darwin', () => undefined)[0]?.label).toBe('A & B');
});
