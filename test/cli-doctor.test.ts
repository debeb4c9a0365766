import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Keyring, keyringPossible } from './support/keyring.ts';
import { namespacesPossible } from './support/namespace.ts';
import { type Home, type Outcome, makeHome, runProgram } from './support/program.ts';

/** `smartvpn doctor` on a host without NetworkManager; desktop.test.ts has one with it. */

const reportSchema = z
  .object({
    way: z.string().optional(),
    deviceFailure: z.object({ missing: z.string() }).loose().optional(),
    canSplitDns: z.boolean(),
    secrets: z.object({ kind: z.string() }).loose(),
  })
  .loose();

describe.skipIf(!namespacesPossible())('doctor', { timeout: 30_000 }, () => {
  let home: Home;

  beforeEach(async () => {
    home = await makeHome();
  });
  afterEach(() => home.remove());

  /** On a host of its own, after a command that changes it. */
  function doctor(
    words: readonly string[],
    environment: NodeJS.ProcessEnv = {},
    change = ':',
  ): Promise<Outcome> {
    const prefix = ['unshare', '-n', '-m', 'sh', '-ec', `${change}; exec "$@"`, 'doctor'];
    return runProgram(['doctor', ...words], { home, environment, prefix });
  }

  const report = ({ stdout }: Outcome): z.infer<typeof reportSchema> =>
    reportSchema.parse(JSON.parse(stdout));

  test('the device, and that split DNS and a keyring are missing', async () => {
    const { code, stdout } = await doctor([]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\/dev\/net\/tun +can be opened$/m);
    expect(stdout).toMatch(/^Split tunnels +the router’s DNS servers are not asked/m);
    expect(stdout).toMatch(/^Passwords +.*this login has no session bus/m);
    const seen = report(await doctor(['--json']));
    expect(seen).toMatchObject({ way: 'iproute2', canSplitDns: false });
    expect(seen).not.toHaveProperty('deviceFailure');
    expect(seen.secrets).toMatchObject({ kind: 'memory', because: { reason: 'no-session-bus' } });
  });

  test('without /dev/net/tun', async () => {
    const hide = 'mount -t tmpfs none /dev/net';
    const { code, stdout } = await doctor([], {}, hide);
    expect(code).toBe(30);
    expect(stdout).toMatch(/^\/dev\/net\/tun +This computer has no \/dev\/net\/tun/m);
    const first = (await doctor(['--json'], {}, hide)).stdout.split('\n')[0] ?? '';
    expect(reportSchema.parse(JSON.parse(first))).toMatchObject({
      deviceFailure: { kind: 'device-not-permitted', missing: 'tun-device' },
    });
  });

  test.skipIf(!keyringPossible())('the keyring, also when it is locked; and none', async () => {
    const keyring = await Keyring.prepare();
    const environment = { DBUS_SESSION_BUS_ADDRESS: keyring.bus.address };
    try {
      await keyring.start('locked');
      expect((await doctor([], environment)).stdout).toMatch(/^Passwords +kept in the keyring$/m);
      expect(report(await doctor(['--json'], environment)).secrets.kind).toBe('keyring');
      await keyring.kill();
      expect((await doctor([], environment)).stdout).toMatch(/^Passwords .*Install gnome-keyring/m);
      expect(report(await doctor(['--json'], environment)).secrets).toMatchObject({
        because: { reason: 'no-keyring' },
      });
    } finally {
      await keyring.close();
    }
  });
});
