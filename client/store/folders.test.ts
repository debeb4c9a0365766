import { expect, test } from 'vitest';
import { defaultFolders } from './folders.ts';

test('a user’s folders without any variable set', () => {
  expect(defaultFolders({ environment: {}, home: '/home/al', userId: 1000 })).toEqual({
    config: '/home/al/.config/smartvpn',
    state: '/home/al/.local/state/smartvpn',
    runtime: '/run/user/1000/smartvpn',
  });
});

test('the XDG variables count', () => {
  const environment = { XDG_CONFIG_HOME: '/c', XDG_STATE_HOME: '/s', XDG_RUNTIME_DIR: '/r' };
  expect(defaultFolders({ environment, home: '/home/al', userId: 1000 })).toEqual({
    config: '/c/smartvpn',
    state: '/s/smartvpn',
    runtime: '/r/smartvpn',
  });
});

test('empty and relative ones do not', () => {
  const environment = { XDG_CONFIG_HOME: '', XDG_STATE_HOME: 'state', XDG_RUNTIME_DIR: './run' };
  expect(defaultFolders({ environment, home: '/root', userId: 0 })).toEqual({
    config: '/root/.config/smartvpn',
    state: '/root/.local/state/smartvpn',
    runtime: '/run/smartvpn',
  });
});
