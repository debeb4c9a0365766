import { describe, expect, test } from 'vitest';
import type { ConnectionState, TunnelFacts } from './connection.ts';
import { trayWordsDe } from './text/tray-words.ts';
import { trayIcon, trayView, type TrayItem } from './tray.ts';

const NOW = 1_700_000_000_000;
const tunnel: TunnelFacts = {
  interfaceName: 'svpn0',
  address: '192.168.240.121',
  gateway: '192.168.240.1',
  dns: [],
  mtu: 1442,
  cipher: 'TLSv1.3',
  routerAddress: '203.0.113.5',
  authentication: 'PAP',
};
const connected: ConnectionState = { state: 'connected', since: NOW - 125_000, tunnel };
const connecting: ConnectionState = { state: 'connecting', stage: 'signing-in', attempt: 1 };
const failed = { state: 'failed', since: 0, cause: { kind: 'credentials-refused' } } as const;
const profiles = [
  { id: 'a', name: 'Head office' },
  { id: 'b', name: 'Branch' },
];

function view(states: Record<string, ConnectionState>, list = profiles) {
  return trayView(new Map(Object.entries(states)), list, { now: NOW });
}

function item(menu: readonly TrayItem[], label: string): TrayItem {
  const found = menu.find((entry) => 'label' in entry && entry.label === label);
  if (found === undefined) throw new Error(`no item ${label}`);
  return found;
}

describe('icon', () => {
  test.each<[ConnectionState, string]>([
    [{ state: 'disconnected' }, 'grey'],
    [connecting, 'amber'],
    [{ state: 'waiting', attempt: 2, retryAt: NOW, because: { kind: 'peer-silent', seconds: 30 } }, 'amber'],
    [{ state: 'disconnecting' }, 'amber'],
    [connected, 'green'],
    [failed, 'red'],
  ])('%o', (state, icon) => {
    expect(trayIcon(state)).toBe(icon);
  });

  test('one profile at work stands before one connected, and that before one failed', () => {
    expect(view({ a: failed, b: connected }).icon).toBe('green');
    expect(view({ a: connected, b: connecting }).icon).toBe('amber');
  });

  test('states of profiles that are gone do not count', () => {
    expect(view({ gone: failed }).icon).toBe('grey');
  });
});

describe('tooltip', () => {
  test('profile, address and uptime', () => {
    expect(view({ a: connected }).tooltip).toBe(
      'Head office\n192.168.240.121\nConnected for 2 minutes 5 seconds',
    );
  });

  test('a clock that was set back gives no negative uptime', () => {
    const { tooltip } = view({ a: { ...connected, since: NOW + 60_000 } });
    expect(tooltip).toContain('Connected for 0 seconds');
  });

  test('a long name leaves address and uptime on it, and no half characters', () => {
    const name = '🏢'.repeat(50);
    const { tooltip } = view({ a: connected }, [{ id: 'a', name }]);
    expect(tooltip.length).toBeLessThanOrEqual(127);
    expect(tooltip).toContain('192.168.240.121');
    expect(tooltip.isWellFormed()).toBe(true);
  });

  test('disconnected', () => {
    expect(view({}).tooltip).toBe('Smart VPN Client: Disconnected');
  });
});

describe('menu', () => {
  test('state line, Connect, Disconnect, Statistics, Show, Quit', () => {
    const { menu } = view({ a: connected });
    expect(menu.map((entry) => ('label' in entry ? entry.label : '—'))).toEqual([
      'Head office: Connected, address 192.168.240.121',
      '—',
      'Connect',
      'Disconnect',
      '—',
      'Statistics',
      'Show',
      '—',
      'Quit',
    ]);
  });

  test('Connect now, while one waits to reconnect; without a countdown that would stand still', () => {
    const waiting: ConnectionState = {
      state: 'waiting',
      attempt: 2,
      retryAt: NOW + 30_000,
      because: { kind: 'peer-silent', seconds: 30 },
    };
    const { menu, tooltip } = view({ b: waiting });
    expect(item(menu, 'Connect now')).toMatchObject({ action: { do: 'retry', profileId: 'b' } });
    expect(item(menu, 'Branch: Reconnecting')).toMatchObject({ kind: 'state' });
    expect(tooltip).toBe('Branch: Reconnecting');
  });

  test('Connect offers every profile and only those that may', () => {
    const connect = item(view({ a: connected }).menu, 'Connect');
    expect(connect).toMatchObject({
      kind: 'submenu',
      items: [
        { label: 'Head office', isEnabled: false },
        { label: 'Branch', isEnabled: true, action: { do: 'connect', profileId: 'b' } },
      ],
    });
  });

  test('Disconnect: off without a connection, an item for one, a submenu for two', () => {
    expect(item(view({}).menu, 'Disconnect')).toMatchObject({ isEnabled: false });
    expect(item(view({ b: connecting }).menu, 'Disconnect')).toMatchObject({
      kind: 'action',
      action: { do: 'disconnect', profileId: 'b' },
    });
    expect(item(view({ a: connected, b: connecting }).menu, 'Disconnect')).toMatchObject({
      kind: 'submenu',
      items: [{ label: 'Head office' }, { label: 'Branch' }],
    });
  });

  test('a failure that leaves traffic blocked says so, may be disconnected, and connected again', () => {
    const { menu, tooltip } = view({ b: { ...failed, traffic: 'blocked' } });
    expect(tooltip).toContain('Traffic blocked.');
    expect(item(menu, 'Disconnect')).toMatchObject({ action: { do: 'disconnect', profileId: 'b' } });
    expect(item(menu, 'Connect')).toMatchObject({ items: [{}, { isEnabled: true }] });
    expect(item(view({ b: failed }).menu, 'Disconnect')).toMatchObject({ isEnabled: false });
  });

  test('ten thousand profiles make a short menu that leads to the window', () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ id: `${index}`, name: `P${index}` }));
    const connect = item(view({}, many).menu, 'Connect');
    if (connect.kind !== 'submenu') throw new Error('not a submenu');
    expect(connect.items).toHaveLength(27);
    expect(connect.items.at(-1)).toMatchObject({ label: '9975 more…', action: { do: 'show' } });
  });

  test('without profiles there is nothing to connect', () => {
    expect(item(view({}, []).menu, 'Connect')).toMatchObject({ isEnabled: false, items: [] });
  });

  test('speaks another language', () => {
    const { menu } = trayView(new Map(), profiles, { now: NOW, words: trayWordsDe });
    expect(item(menu, 'Beenden')).toMatchObject({ action: { do: 'quit' } });
  });
});
