import { once } from 'node:events';
import { expect, test } from 'vitest';
import type { DeviceNeed } from '../../shared/connection.ts';
import { err, ok } from '../../shared/result.ts';
import type { NetworkPlan } from './plan.ts';
import { type NetworksByWay, chooseNetwork } from './system-network.ts';
import type { NetworkFailure, TunnelNetwork } from './tunnel-network.ts';

const PLAN: NetworkPlan = {
  interfaceName: 'svpn0',
  address: '10.8.0.2',
  gateway: '10.8.0.1',
  mtu: 1380,
  mode: 'full',
  routes: [],
  endpoint: '198.51.100.7',
  dns: [],
  searchDomains: [],
};

const lacking = (missing: DeviceNeed): NetworkFailure => ({ kind: 'device-not-permitted', missing });

/**
 * What the two ways say to `check` and `bringUp`; the second's failure tells who was asked to bring up. `asked` gets what
 * each was asked.
 */
function choose(
  manager: NetworkFailure | undefined,
  ip: NetworkFailure | undefined,
  managerUp = manager,
  asked: string[] = [],
): TunnelNetwork {
  const way = (
    name: string,
    check: NetworkFailure | undefined,
    up: NetworkFailure | undefined,
  ): TunnelNetwork => ({
    check: async () => {
      asked.push(`${name}: check`);
      return check === undefined ? ok(undefined) : err(check);
    },
    bringUp: async () => {
      asked.push(`${name}: up`);
      return err(up ?? { kind: 'network-setup-failed', step: name, detail: '' });
    },
    recover: async (calledOff) => {
      asked.push(`${name}: recover`);
      if (calledOff !== undefined) await once(calledOff, 'abort');
      return [`${name} mended`];
    },
  });
  const networks: NetworksByWay = {
    'network-manager': way('manager', manager, managerUp),
    iproute2: way('ip', ip, ip),
  };
  return chooseNetwork(networks);
}

const up = (network: TunnelNetwork) => network.bringUp(PLAN, new AbortController().signal);

test.each([
  ['NetworkManager where it may', undefined, undefined, undefined, 'manager'],
  ['ip where NetworkManager does not run', lacking('privilege'), undefined, undefined, 'ip'],
  ['ip where NetworkManager refuses', lacking('network-manager-permission'), undefined, undefined, 'ip'],
  ['ip where the device is left alone', undefined, undefined, lacking('managed-device'), 'ip'],
])('%s', async (_, manager, ip, managerUp, way) => {
  const network = choose(manager, ip, managerUp);
  expect(await network.check()).toEqual(ok(undefined));
  expect(await up(network)).toMatchObject({ error: { step: way } });
});

test('whoever brings up is not asked for permission before: it asks that itself', async () => {
  const asked: string[] = [];
  await up(choose(undefined, undefined, lacking('managed-device'), asked));
  expect(asked).toEqual(['manager: up', 'ip: up']);
});

test.each([
  ['neither', lacking('privilege'), lacking('privilege'), 'privilege'],
  [
    'no permission and no root',
    lacking('network-manager-permission'),
    lacking('privilege'),
    'network-manager-permission',
  ],
  ['root without ip', lacking('privilege'), lacking('iproute2'), 'iproute2'],
  ['no device at all', lacking('tun-device'), lacking('tun-device'), 'tun-device'],
] as const)('no way: %s', async (_, manager, ip, missing) => {
  const network = choose(manager, ip);
  expect(await network.check()).toEqual(err(lacking(missing)));
  expect(await up(network)).toEqual(err(lacking(missing)));
});

test('the device is left alone and there is no other way: that is said', async () => {
  const network = choose(undefined, lacking('privilege'), lacking('managed-device'));
  expect(await up(network)).toEqual(err(lacking('managed-device')));
});

test('what either has left is mended', async () => {
  expect(await choose(undefined, undefined).recover()).toEqual(['manager mended', 'ip mended']);
});

test('mending that is called off begins nothing more', async () => {
  const asked: string[] = [];
  const calledOff = new AbortController();
  const mending = choose(undefined, undefined, undefined, asked).recover(calledOff.signal);
  calledOff.abort();
  expect(await mending).toEqual(['manager mended']);
  expect(asked).toEqual(['manager: recover']);
});
