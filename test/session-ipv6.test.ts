import { afterEach, expect, test } from 'vitest';
import { holdingNetwork } from '../client/network/holding-network.ts';
import type { NetworkPlan } from '../client/network/plan.ts';
import type { SessionOptions } from '../client/session/session-types.ts';
import { startRouter, type Router } from '../emulator/router.ts';
import type { RouterConfigInput } from '../emulator/config.ts';
import { decodeBase32 } from '../shared/otp/base32.ts';
import { totpCode } from '../shared/otp/totp.ts';
import { advancedOptionsSchema } from '../shared/profile.ts';
import { err } from '../shared/result.ts';
import { PASSWORD_USER, sessionOptionsFor, SessionTrial } from './support/session-trial.ts';

const PREFIX = '2001:db8:240::/64';
const ADDRESS = /^2001:db8:240:0?:[0-9a-f:]+$/;

const routers: Router[] = [];
const trials: SessionTrial[] = [];

afterEach(async () => {
  for (const trial of trials.splice(0)) await trial.session.cancel();
  for (const router of routers.splice(0)) await router.close();
});

async function start(ppp: RouterConfigInput['ppp'], config: RouterConfigInput = {}): Promise<Router> {
  const router = await startRouter({ listen: { port: 0 }, users: [PASSWORD_USER], ppp, ...config });
  routers.push(router);
  return router;
}

function dial(router: Router, options: Partial<SessionOptions> = {}): SessionTrial {
  const trial = new SessionTrial(sessionOptionsFor(router, options));
  trials.push(trial);
  return trial;
}

test('the router advertises its network, and the client makes its address of it', async () => {
  const router = await start({ ipv6Prefix: PREFIX });
  const { address, address6 } = await dial(router).connected();
  expect(address6).toMatch(ADDRESS);
  expect(router.connections()).toMatchObject([{ virtualNetwork: `${address}/32, ${address6}/128` }]);
});

test('without the quirks too; and each client has an address of its own', async () => {
  const quirks = { firstPapAckIdZero: false, askVanJacobsonFirst: false, lateNak: false };
  const router = await start({ ipv6Prefix: PREFIX }, { quirks });
  const addresses = await Promise.all([1, 2, 3].map(async () => (await dial(router).connected()).address6));
  expect(new Set(addresses).size).toBe(3);
  for (const address of addresses) expect(address).toMatch(ADDRESS);
});

test('a router without IPv6 gives none, and nothing of it is said', async () => {
  const trial = dial(await start({}));
  expect((await trial.connected()).address6).toBeUndefined();
  expect(trial.log.lines().map(({ text }) => text)).not.toContainEqual(expect.stringContaining('IPv6'));
});

test('a tunnel that is too narrow for IPv6 has none', async () => {
  const router = await start({ ipv6Prefix: PREFIX });
  const advanced = advancedOptionsSchema.parse({ mru: 1200 });
  expect((await dial(router, { advanced }).connected()).address6).toBeUndefined();
});

test('the address is known while a code is still due, and is kept when it was accepted', async () => {
  const secret = 'JBSWY3DPEHPK3PXP';
  const user = { userName: 'carol', password: 'ordinary-password', totp: { secret } };
  const router = await start({ ipv6Prefix: PREFIX }, { users: [user], lan: { kind: 'built-in' } });
  const { userName, password } = user;
  const trial = dial(router, { credentials: { kind: 'password', userName, password }, secondStep: true });
  await trial.event('second-step');
  const key = decodeBase32(secret);
  if (!key.ok) throw new Error('no Base 32');
  trial.session.submitSecondStep(totpCode(Date.now(), key.value));
  expect((await trial.connected()).address6).toMatch(ADDRESS);
});

test('the device is made for both families', async () => {
  const router = await start({ ipv6Prefix: PREFIX });
  const plans: NetworkPlan[] = [];
  const trial = new SessionTrial(sessionOptionsFor(router, { device: 'tun' }), {
    network: holdingNetwork({
      check: async () => ({ ok: true, value: undefined }),
      recover: async () => [],
      bringUp: async (plan) => {
        plans.push(plan);
        return err({ kind: 'network-setup-failed', step: 'test', detail: 'seen enough' });
      },
    }),
  });
  trials.push(trial);
  await trial.session.ended;
  expect(plans).toMatchObject([
    { address6: expect.stringMatching(ADDRESS), routes6: ['2001:db8:240::/64', '::/0'] },
  ]);
});

test('a prefix of another length than 64 bits is no valid configuration', async () => {
  await expect(start({ ipv6Prefix: '2001:db8::/48' })).rejects.toThrow('64 bits');
});
