import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FakeLogind, startFakeLogind } from './support/fake-logind.ts';
import { HeldConnection, INNER_GATEWAY } from './support/held-connection.ts';
import { namespacesPossible } from './support/namespace.ts';
import type { ProgramEvent } from './support/program-events.ts';
import { programsHere } from './support/programs-here.ts';
import { ROUTER_ADDRESS, TwoUplinks } from './support/two-uplinks.ts';

const isPossible = namespacesPossible() && programsHere('nft', 'dbus-daemon');

/** Keep-alives are minutes apart here: whatever is noticed was noticed by the change itself. */
describe.skipIf(!isPossible)('the network changes', () => {
  let network: TwoUplinks;
  let logind: FakeLogind;
  let held: HeldConnection;

  beforeEach(async () => {
    [network, logind] = await Promise.all([TwoUplinks.create('changes'), startFakeLogind()]);
    held = await HeldConnection.open(network, {
      blockWhenDown: false,
      environment: { DBUS_SYSTEM_BUS_ADDRESS: logind.address },
    });
  });
  afterEach(async () => {
    await held?.close();
    await Promise.all([network.remove(), logind.close()]);
  });

  const ping = (): Promise<string> =>
    network.client.exec(['ping', '-n', '-c', '1', '-w', '10', INNER_GATEWAY]);

  /** Longer than the patience with a router that is asked whether it is there. */
  const pingForLonger = (): Promise<string> =>
    network.client.exec(['ping', '-n', '-c', '12', '-i', '0.2', INNER_GATEWAY]);

  test('another address: the tunnel is made anew from it', async () => {
    const from = held.events.length;
    await network.changeAddress(network.first, network.first.ipv4, '203.0.113.99/24');
    expect((await held.next('waiting', from)).because).toMatchObject({ reason: 'link-lost' });
    await held.next('connected', from);
    await ping();
  });

  test('a cable that is pulled and put back: the tunnel that outlived it goes on', async () => {
    const from = held.events.length;
    await network.unplug(network.first);
    await network.plug(network.first);
    await network.setDefaultRoutes(network.first);
    await pingForLonger();
    expect(held.events.slice(from)).toEqual([]);
  });

  test('waking up: a tunnel that nobody on the way remembers is made anew', async () => {
    const from = held.events.length;
    await network.forgetConnections();
    logind.prepareForSleep(true);
    logind.prepareForSleep(false);
    expect((await held.next('waiting', from)).because).toMatchObject({ reason: 'peer-silent' });
    await held.next('connected', from);
    await ping();
  });

  test('waking up: a tunnel that still stands goes on', async () => {
    const from = held.events.length;
    logind.prepareForSleep(false);
    await until(async () => (await held.smartvpn('log')).includes('whether it is still there'));
    await pingForLonger();
    expect(held.events.slice(from)).toEqual([]);
  });

  test('no network is said as such; when it is back, nobody waits for a delay', async () => {
    await network.closeRouter();
    await held.next('waiting');
    await network.unplug(network.first);
    await held.next('waiting', 0, isBecause('no-network'));
    await network.openRouter();
    const from = held.events.length;
    await network.plug(network.first);
    await network.setDefaultRoutes(network.first);
    expect((await held.next('connected', from)).tunnel).toBeDefined();
    await ping();
  });

  test('a network that wants a sign-in first is told from a router that is down', async () => {
    const portal = network.internet.spawn([
      process.execPath,
      '-e',
      `require('http').createServer((_, answer) => {
        answer.writeHead(302, { location: 'http://portal.hotel.example/login' }).end();
      }).listen(80, '${ROUTER_ADDRESS}', () => console.log('ready'))`,
    ]);
    await new Promise((resolve) => portal.stdout?.once('data', resolve));
    const from = held.events.length;
    await network.closeRouter();
    await held.next('waiting', from, isBecause('captive-portal'));
    await network.openRouter();
    expect((await held.next('connected', from)).tunnel).toBeDefined();
  });
});

function isBecause(reason: string): (event: ProgramEvent) => boolean {
  return ({ because }) => because?.reason === reason;
}

/** Asks again and again; a test's timeout ends it. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
