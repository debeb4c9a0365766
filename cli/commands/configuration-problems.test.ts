import { expect, test } from 'vitest';
import { routerConfigSchema } from '../../emulator/config.ts';
import { configurationProblems } from './configuration-problems.ts';

test.each([
  [{ lisen: {} }, 'Unrecognized key: "lisen"'],
  [{ listen: { adress: '0.0.0.0' } }, 'listen: Unrecognized key: "adress"'],
  [{ listen: { port: 65_536 } }, 'listen.port: '],
  [{ bruteForce: { attempt: 3 } }, 'bruteForce: Unrecognized key: "attempt"'],
  [{ ppp: { addresspool: {} } }, 'ppp: Unrecognized key: "addresspool"'],
  [{ ppp: { gateway: '192.168.1' } }, 'ppp.gateway: '],
  [{ users: [{ userName: 'anna' }] }, 'users.0: A user needs a password or "motp"'],
  [{ users: [{ userName: 'anna', pasword: 'x' }] }, 'users.0: Unrecognized key: "pasword"'],
  [
    { users: [{ userName: 'anna', password: 'x', remoteNode: 'home' }] },
    'users.0.remoteNode: Enter an IPv4 or IPv6 address',
  ],
  [{ lan: 'all' }, 'lan: Invalid input'],
  [{ lan: { kind: 'built-in', host: [] } }, 'lan: Unrecognized key: "host"'],
  [
    { lan: { kind: 'built-in', hosts: [{ address: '192.168.240.20', names: ['my nas'] }] } },
    'lan.hosts.0.names.0: Enter a host name, for example nas.office.example',
  ],
  [{ faults: [{ stage: 'ipcp', action: 'stall', session: 1 }] }, 'faults.0: Unrecognized key: "session"'],
])('%j', (configuration, problem) => {
  const parsed = routerConfigSchema.safeParse(configuration);
  if (parsed.success) throw new Error('taken');
  expect(configurationProblems('router.json', parsed.error)[0]).toContain(`router.json: ${problem}`);
});
