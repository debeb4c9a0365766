import { expect, test } from 'vitest';
import { browserStart, type BrowserFacts } from './open-browser.ts';

const URL = 'http://127.0.0.1:1/#token=t';
const DESK: BrowserFacts = {
  platform: 'linux',
  environment: { DISPLAY: ':0', HOME: '/home/anna' },
  isRoot: false,
  accounts: 'root:x:0:0:root:/root:/bin/sh\nanna:x:1000:1001:Anna:/home/anna:/bin/sh\n',
};

test('on a desktop', () => {
  expect(browserStart(URL, DESK)).toMatchObject({ file: 'xdg-open', words: [URL], account: undefined });
  expect(browserStart(URL, { ...DESK, platform: 'darwin', environment: {} })).toMatchObject({ file: 'open' });
  const wayland = { ...DESK, environment: { DISPLAY: '', WAYLAND_DISPLAY: 'wayland-0' } };
  expect(browserStart(URL, wayland)).toBeDefined();
});

test('without a screen nothing is started', () => {
  expect(browserStart(URL, { ...DESK, environment: {} })).toBeUndefined();
});

test('under sudo the browser is the person’s own, never root’s', () => {
  const environment = { DISPLAY: ':0', HOME: '/root', SUDO_UID: '1000' };
  expect(browserStart(URL, { ...DESK, isRoot: true, environment })).toMatchObject({
    account: { uid: 1000, gid: 1001 },
    environment: { HOME: '/home/anna', USER: 'anna' },
  });
  for (const uid of [undefined, '0', '1001', '1000; id', '']) {
    const without = { ...environment, SUDO_UID: uid };
    expect(browserStart(URL, { ...DESK, isRoot: true, environment: without })).toBeUndefined();
  }
});
