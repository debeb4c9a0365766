import { expect, test } from 'vitest';
import { silentTun } from '../../datapath/testing/silent-tun.ts';
import type { FailureCause } from '../../shared/connection.ts';
import { ok } from '../../shared/result.ts';
import type { HoldingNetwork } from '../network/holding-network.ts';
import type { NetworkPlan } from '../network/plan.ts';
import { SessionDevice } from './session-device.ts';

const PLAN: NetworkPlan = {
  interfaceName: 'svpn0',
  address: '192.168.240.10',
  gateway: '192.168.240.1',
  mtu: 1442,
  mode: 'full',
  routes: [],
  endpoint: '203.0.113.1',
  dns: [],
  searchDomains: [],
};

/** A machine that keeps a list of what was done to it. */
function machine(isBlocking: boolean) {
  const done: string[] = [];
  let gone: () => void = () => undefined;
  const tun = silentTun('svpn0', {
    onGone: (listener) => {
      gone = listener;
    },
  });
  const network: HoldingNetwork = {
    isBlocking,
    check: async () => ok(undefined),
    recover: async () => [],
    onBlocking: () => () => undefined,
    verify: () => undefined,
    release: async () => undefined,
    bringUp: async () =>
      ok({
        tun,
        hold: () => void done.push('held'),
        takeDown: async () => void done.push('down'),
      }),
  };
  return { network, done, goneAway: () => gone() };
}

const FAILED = { blocks: true, hasFailed: true, wasConnected: true };

test.each([
  ['a tunnel that dropped, where the profile blocks', false, FAILED, 'held'],
  ['where it does not', false, { ...FAILED, blocks: false }, 'down'],
  ['that the user has ended', false, { ...FAILED, hasFailed: false }, 'down'],
  ['a first attempt, which has dropped no tunnel', false, { ...FAILED, wasConnected: false }, 'down'],
  ['one that was to end a block and came to nothing', true, { ...FAILED, wasConnected: false }, 'held'],
  ['that the user has called off', true, { blocks: true, hasFailed: false, wasConnected: false }, 'down'],
])('%s', async (_, isBlocking, end, done) => {
  const there = machine(isBlocking);
  const { signal } = new AbortController();
  const device = new SessionDevice({
    network: there.network,
    plan: PLAN,
    calledOff: signal,
    onLost: () => undefined,
  });
  await device.leave(end);
  expect(there.done).toEqual([done]);
});

test('that somebody removes is said', async () => {
  const there = machine(false);
  const lost: FailureCause[] = [];
  const { signal } = new AbortController();
  const device = new SessionDevice({
    network: there.network,
    plan: PLAN,
    calledOff: signal,
    onLost: (cause) => lost.push(cause),
  });
  expect(await device.made()).toMatchObject({ ok: true });
  there.goneAway();
  expect(lost).toMatchObject([{ kind: 'network-setup-failed', step: 'device' }]);
});
