import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { closePort, openPort } from './support/closed-port.ts';
import { debianRoot } from './support/debian-root.ts';
import { DESKTOP_PACKAGES, DESKTOP_USER, DesktopHost } from './support/desktop-host.ts';
import { addUplink, desktopState, settledState } from './support/desktop-network.ts';
import { INNER_GATEWAY } from './support/held-connection.ts';
import { NameServer } from './support/name-server.ts';
import { type Namespace, namespacesPossible } from './support/namespace.ts';
import { ProgramEvents } from './support/program-events.ts';
import { type Home, type Running, runProgram, startProgram } from './support/program.ts';
import { programsHere } from './support/programs-here.ts';
import { RouterHost } from './support/router-host.ts';
import { Traffic } from './support/two-uplinks.ts';
import { WireCounter } from './support/wire-counter.ts';

/** The kill switch of a person without any privilege, whose device, rules and DNS the real NetworkManager has made. */

const ROUTER = '203.0.113.1';
const PORT = 4443;
const NOTHING = { ipv4: 0, ipv6: 0, dns: 0 };
const PASSWORD = 'correct horse';

const statusSchema = z.looseObject({ state: z.string(), traffic: z.literal('blocked').optional() });

const HOME: Home = {
  folder: DESKTOP_USER.home,
  environment: {
    PATH: process.env['PATH'],
    HOME: DESKTOP_USER.home,
    XDG_RUNTIME_DIR: `${DESKTOP_USER.home}/run`,
  },
  // It goes with its host.
  remove: async () => {},
};

const SUITES = ['bookworm', 'trixie'] as const;
const roots =
  namespacesPossible() && programsHere('nft')
    ? await Promise.all(
        SUITES.map(async (suite) => ({
          suite,
          ROOT: await debianRoot({ suite, packages: DESKTOP_PACKAGES }),
        })),
      )
    : SUITES.map((suite) => ({ suite, ROOT: undefined }));

describe.each(roots)('Debian $suite', ({ ROOT }) => {
  describe.skipIf(ROOT === undefined)('the tunnel drops while programs send, on a desktop', () => {
    let desktop: DesktopHost;
    let internet: Namespace;
    let office: RouterHost;
    let wires: WireCounter;
    let traffic: Traffic;
    let before: string;
    let program: Running | undefined;
    let events: ProgramEvents;

    beforeAll(async () => {
      desktop = await DesktopHost.start('blocked-desktop', { root: ROOT ?? '' });
      internet = await addUplink(desktop, 'blocked-internet');
      // Nobody has these: what is sent there is counted and gone, without an answer.
      await internet.exec(['ip', 'route', 'add', 'blackhole', '198.18.0.0/15']);
      await internet.exec(['ip', '-6', 'route', 'add', 'blackhole', '2001:db8:ffff::/48']);
      await NameServer.start(internet, ROUTER, '198.18.0.1');
      office = await RouterHost.start(
        {
          listen: { host: '0.0.0.0', port: PORT },
          users: [
            { userName: 'anna', password: PASSWORD, staticAddress: '192.168.240.77' },
            { userName: 'otto', password: PASSWORD },
          ],
          lan: { kind: 'built-in' },
        },
        internet,
      );
      wires = await WireCounter.start(internet, {
        devices: ['eth0'],
        tunnel: { address: ROUTER, port: PORT },
      });
      await desktop.startNetworkManager();
      for (const [name, userName, block] of [
        ['open', 'anna', 'no'],
        ['blocking', 'anna', 'yes'],
        ['moving', 'otto', 'yes'],
      ] as const) {
        const where = ['--server', `${ROUTER}:${PORT}`, '--user-name', userName];
        await smartvpn('profile', 'add', name, ...where, '--block-when-down', block);
      }
      before = await desktopState(desktop);
    });
    beforeEach(async () => {
      traffic = await Traffic.start(desktop.host);
    });
    afterEach(async () => {
      traffic.stop();
      program?.kill('SIGINT');
      await program?.ended;
      program = undefined;
      await openPort(internet).catch(() => undefined);
      const after = await settledState(desktop, before);
      if (after !== before) throw new Error(`something was left behind:\n${after}\nbefore:\n${before}`);
    });
    afterAll(() => Promise.all([desktop.remove(), internet.remove()]));

    /** Another terminal of the same user. */
    async function smartvpn(...words: string[]): Promise<string> {
      const { code, stdout, stderr } = await runProgram(words, {
        home: HOME,
        prefix: desktop.prefixAsUser(),
      });
      if (code !== 0) throw new Error(`exit ${String(code)}\n${stdout}${stderr}`);
      return stdout;
    }

    async function connect(profile: string): Promise<void> {
      const how = ['--password-stdin', '--json', '--trust-fingerprint', office.publicKeySha256];
      program = startProgram(['connect', profile, ...how], {
        home: HOME,
        prefix: desktop.prefixAsUser(),
        input: `${PASSWORD}\n`,
      });
      events = new ProgramEvents(program);
      await events.next('connected');
      await traffic.flows();
      await wires.reset();
    }

    /** Until it is up on that device and carries packets. */
    async function comesBack(device: string, from: number): Promise<void> {
      await openPort(internet);
      expect((await events.next('connected', from)).tunnel).toMatchObject({ interfaceName: device });
      await desktop.host.exec(['ping', '-n', '-c', '1', '-w', '10', INNER_GATEWAY]);
    }

    async function status(): Promise<z.infer<typeof statusSchema>> {
      return statusSchema.parse(JSON.parse(await smartvpn('status', '--json')));
    }

    test('without the kill switch everything leaves past it: the counter counts', async () => {
      await connect('open');
      await traffic.flows();
      expect(await wires.read()).toEqual(NOTHING);
      await closePort(internet, PORT);
      expect((await events.next('waiting')).traffic).toBeUndefined();
      await traffic.flows(100);
      const { ipv4, ipv6, dns } = await wires.read();
      expect([ipv4, ipv6, dns].map((count) => count > 20)).toEqual([true, true, true]);
    });

    test('with it nothing leaves until the tunnel is back, on the same device', async () => {
      await connect('blocking');
      const up = await desktopState(desktop);
      await closePort(internet, PORT);
      expect(await events.next('waiting')).toMatchObject({ traffic: 'blocked' });
      await traffic.flows(200);
      expect(await smartvpn('status')).toContain('Traffic is blocked until the tunnel is back');
      expect(await desktopState(desktop)).toBe(up);
      await comesBack('svpn0', events.all.length);
      expect(await wires.read()).toEqual(NOTHING);
      expect(await desktopState(desktop)).toBe(up);
      await smartvpn('disconnect');
      expect(await settledState(desktop, before)).toBe(before);
    });

    test('with another address the new device is there before the old one goes', async () => {
      await connect('moving');
      for (const device of ['svpn1', 'svpn0']) {
        const from = events.all.length;
        await closePort(internet, PORT);
        await events.next('waiting', from);
        await comesBack(device, from);
      }
      expect(await wires.read()).toEqual(NOTHING);
    });

    test('disconnecting ends the block', async () => {
      await connect('blocking');
      await closePort(internet, PORT);
      await events.next('waiting');
      expect(await smartvpn('disconnect')).toContain('Disconnected');
      expect(await settledState(desktop, before)).toBe(before);
      await wires.reset();
      await traffic.flows(100);
      expect((await wires.read()).ipv4).toBeGreaterThan(20);
    });

    test.each(['SIGTERM', 'SIGKILL'] as const)(
      'NetworkManager is started again while traffic is blocked (%s): it still is',
      async (signal) => {
        await connect('blocking');
        const up = await desktopState(desktop);
        await closePort(internet, PORT);
        await events.next('waiting');
        await desktop.stopNetworkManager(signal);
        await traffic.flows(100);
        await desktop.startNetworkManager();
        expect(await settledState(desktop, up)).toBe(up);
        await traffic.flows(100);
        expect(await status()).toMatchObject({ traffic: 'blocked' });
        await comesBack('svpn0', events.all.length);
        expect(await wires.read()).toEqual(NOTHING);
        expect(await desktopState(desktop)).toBe(up);
      },
    );

    test('taken down by somebody else, it is not said to block', async () => {
      await connect('blocking');
      await closePort(internet, PORT);
      await events.next('waiting');
      await desktop.host.exec(['nmcli', 'device', 'disconnect', 'svpn0']);
      await expect.poll(status).not.toHaveProperty('traffic');
      expect(await settledState(desktop, before)).toBe(before);
      await wires.reset();
      await traffic.flows(100);
      expect((await wires.read()).ipv4).toBeGreaterThan(20);
    });
  });
});
