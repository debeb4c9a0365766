import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { HeldConnection, INNER_GATEWAY } from './support/held-connection.ts';
import { namespacesPossible } from './support/namespace.ts';
import { programsHere } from './support/programs-here.ts';
import { type Traffic, TwoUplinks } from './support/two-uplinks.ts';

const NOTHING = { ipv4: 0, ipv6: 0, dns: 0 };

const isPossible = namespacesPossible() && programsHere('nft');

describe.skipIf(!isPossible)('the tunnel drops while programs send', () => {
  let network: TwoUplinks;
  let traffic: Traffic;
  let connection: HeldConnection | undefined;

  beforeEach(async () => {
    network = await TwoUplinks.create('killswitch');
    traffic = await network.startTraffic();
  });
  afterEach(async () => {
    traffic.stop();
    await connection?.close();
    connection = undefined;
    await network.remove();
  });

  async function open(blockWhenDown: boolean, address?: string): Promise<HeldConnection> {
    const fixed = address === undefined ? {} : { staticAddress: address };
    connection = await HeldConnection.open(network, { blockWhenDown, ...fixed });
    return connection;
  }

  const rules = (): Promise<string> =>
    network.client.exec(['sh', '-c', 'ip rule; ip -6 rule; ip -br addr; cat /etc/resolv.conf']);
  const ping = (): Promise<string> =>
    network.client.exec(['ping', '-n', '-c', '1', '-w', '10', INNER_GATEWAY]);

  test('without the kill switch everything leaves past it: the counter counts', async () => {
    const held = await open(false);
    await traffic.flows();
    await network.wires.reset();
    await traffic.flows();
    expect(await network.wires.read()).toEqual(NOTHING);
    await network.closeRouter();
    expect((await held.next('waiting')).traffic).toBeUndefined();
    await traffic.flows(100);
    const { ipv4, ipv6, dns } = await network.wires.read();
    expect([ipv4, ipv6, dns].map((count) => count > 20)).toEqual([true, true, true]);
  });

  test('with it nothing leaves until the tunnel is back, on the same device', async () => {
    const before = await rules();
    const held = await open(true, '192.168.240.77');
    const up = await rules();
    await network.wires.reset();
    await network.closeRouter();
    expect(await held.next('waiting')).toMatchObject({ traffic: 'blocked' });
    await traffic.flows(100);
    expect(await held.smartvpn('status')).toContain('Traffic is blocked until the tunnel is back');
    expect(await rules()).toBe(up);
    // Before the router is there: the program may be quicker than the command that lets it in again.
    const from = held.events.length;
    await network.openRouter();
    await held.next('connected', from);
    await ping();
    expect(await network.wires.read()).toEqual(NOTHING);
    expect(await rules()).toBe(up);
    await held.smartvpn('disconnect');
    await held.program.ended;
    expect(await rules()).toBe(before);
  });

  test('with another address the new device is there before the old one goes', async () => {
    const before = await rules();
    const held = await open(true);
    await network.wires.reset();
    for (const device of ['svpn1', 'svpn0']) {
      const from = held.events.length;
      await network.closeRouter();
      await held.next('waiting', from);
      await network.openRouter();
      expect((await held.next('connected', from)).tunnel).toMatchObject({ interfaceName: device });
      await ping();
    }
    expect(await network.wires.read()).toEqual(NOTHING);
    await held.smartvpn('disconnect');
    await held.program.ended;
    expect(await rules()).toBe(before);
  });

  test('a network that cannot be set up just now is set up later, and nothing leaves meanwhile', async () => {
    const before = await rules();
    const held = await open(true);
    await network.wires.reset();
    await network.closeRouter();
    await held.next('waiting');
    const mount = (how: 'ro' | 'rw'): Promise<string> =>
      network.client.exec(['mount', '-o', `remount,bind,${how}`, '/etc/resolv.conf']);
    await mount('ro');
    const from = held.events.length;
    await network.openRouter();
    await held.next('waiting', from, ({ because }) => because?.reason === 'network-setup-failed');
    await traffic.flows(100);
    await mount('rw');
    await held.next('connected', from);
    await ping();
    expect(await network.wires.read()).toEqual(NOTHING);
    await held.smartvpn('disconnect');
    await held.program.ended;
    expect(await rules()).toBe(before);
  });

  test('a failure that ends the attempts does not end the block: disconnecting does', async () => {
    const before = await rules();
    const held = await open(true);
    const up = await rules();
    await network.wires.reset();
    expect(await held.router.drop(1)).toBe(true);
    expect(await held.next('blocked')).toMatchObject({
      because: { reason: 'router-closed' },
      traffic: 'blocked',
    });
    await traffic.flows(100);
    const status = await held.smartvpn('status');
    expect(status).toContain('Traffic is blocked until the tunnel is back');
    expect(status).toMatch(
      /^Because +The router ended.*\nTo do +First run "smartvpn disconnect".*\n +Connect again/m,
    );
    expect(await network.wires.read()).toEqual(NOTHING);
    expect(await rules()).toBe(up);
    expect(await held.smartvpn('disconnect')).toContain('Disconnected');
    await held.program.ended;
    expect(await rules()).toBe(before);
  });

  test('a question that nobody is there to answer does not end the block either', async () => {
    const before = await rules();
    const held = await open(true);
    await network.wires.reset();
    await network.closeRouter();
    await held.next('waiting');
    await held.router.regenerateCertificate();
    await network.openRouter();
    expect(await held.next('blocked')).toMatchObject({ because: { reason: 'certificate-changed' } });
    await traffic.flows(100);
    expect(await held.smartvpn('status')).toContain('Traffic is blocked until the tunnel is back');
    expect(await network.wires.read()).toEqual(NOTHING);
    expect(await held.smartvpn('disconnect')).toContain('Disconnected');
    expect(await held.program.ended).toMatchObject({ code: expect.toSatisfy((code: number) => code > 0) });
    expect(await rules()).toBe(before);
  });

  test('disconnecting ends the block', async () => {
    const before = await rules();
    const held = await open(true);
    await network.closeRouter();
    await held.next('waiting');
    expect(await held.smartvpn('disconnect')).toContain('Disconnected');
    expect((await held.program.ended).code).toBe(0);
    expect(await rules()).toBe(before);
  });

  test('a device that somebody deletes is not said to block', async () => {
    const before = await rules();
    const held = await open(true);
    await network.closeRouter();
    await held.next('waiting');
    await network.client.exec(['ip', 'link', 'del', 'svpn0']);
    const status = (): Promise<string> => held.smartvpn('status');
    await expect.poll(status).not.toContain('Traffic is blocked');
    expect(await status()).toContain('Trying again');
    await expect.poll(rules).toBe(before);
  });

  test('a process that is killed while it blocks lets everything pass', async () => {
    const held = await open(true);
    await network.closeRouter();
    await held.next('waiting');
    held.program.kill('SIGKILL');
    await held.program.ended;
    await network.wires.reset();
    await traffic.flows(100);
    expect((await network.wires.read()).ipv4).toBeGreaterThan(20);
  });

  test('roaming from one uplink to the other leaks nothing', async () => {
    const held = await open(true);
    await network.wires.reset();
    const from = held.events.length;
    await network.plug(network.second);
    await network.setDefaultRoutes(network.second);
    await network.unplug(network.first);
    await network.client.exec(['ip', 'addr', 'flush', 'dev', network.first.device]);
    expect(await held.next('waiting', from)).toMatchObject({ traffic: 'blocked' });
    await held.next('connected', from);
    await ping();
    expect(await network.wires.read()).toEqual(NOTHING);
  });
});
