import { describe, expect, test } from 'vitest';
import { DialInUsers } from '../dial-in-users.ts';
import { type UserForm, emptyForm, formOf, saveUser } from './user-form.ts';

const SUBNET = { gateway: '192.168.240.1', netmask: '255.255.255.0' };
const POOL = { start: '192.168.240.10', count: 3 };
const GOOD: UserForm = { ...emptyForm(2), userName: 'bob', password: 'open sesame' };

function table() {
  const users = new DialInUsers();
  users.add({
    index: 1,
    userName: 'anna',
    password: 'old one',
    motp: { pin: '1234', secret: 'e3152afee62599c8' },
    staticAddress: '192.168.240.11',
  });
  return { users, subnet: SUBNET, addressPool: POOL };
}

describe('what cannot be is said at its field, and nothing is saved', () => {
  test.each<[Partial<UserForm>, string, string]>([
    [{ motp: true, pin: '1234', secret: 'a'.repeat(33) }, 'secret', 'A secret has at most 32 digits'],
    [{ motp: true, pin: '1234', secret: '0123456789abcdeg' }, 'secret', 'only the digits 0 to 9'],
    [{ motp: true, pin: '1234', secret: '' }, 'secret', 'Enter the secret'],
    [{ motp: true, pin: '123', secret: 'ab' }, 'pin', '4 to 7 digits'],
    [{ motp: true, pin: '12345678', secret: 'ab' }, 'pin', '4 to 7 digits'],
    [{ motp: true, pin: '12a4', secret: 'ab' }, 'pin', '4 to 7 digits'],
    [{ totp: true, totpSecret: 'not base 32!' }, 'totpSecret', 'Base 32'],
    [{ totp: true, totpSecret: '' }, 'totpSecret', 'Base 32'],
    [{ userName: 'anna' }, 'userName', 'There is a user named anna already'],
    [{ userName: '' }, 'userName', 'Enter a user name'],
    [{ userName: 'a:b' }, 'userName', 'no colon'],
    [{ userName: 'a'.repeat(65) }, 'userName', 'at most 64'],
    [{ index: '1' }, 'index', 'Index 1 is taken already'],
    [{ index: '501' }, 'index', 'from 1 to 500'],
    [{ index: '' }, 'index', 'from 1 to 500'],
    [{ index: '1e2' }, 'index', 'from 1 to 500'],
    [{ idleTimeout: '10000' }, 'idleTimeout', '0 to 9999'],
    [{ idleTimeout: '-1' }, 'idleTimeout', '0 to 9999'],
    [{ password: '' }, 'password', 'Enter a password'],
    [{ specifyNode: true, remoteNode: 'somewhere' }, 'remoteNode', 'public IPv4 or IPv6'],
    [{ assignStatic: true, staticAddress: '' }, 'staticAddress', 'Enter an IPv4 address'],
    [
      { assignStatic: true, staticAddress: '192.168.241.5' },
      'staticAddress',
      'outside the subnet 192.168.240.0/24',
    ],
    [{ assignStatic: true, staticAddress: '192.168.240.1' }, 'staticAddress', 'router’s own address'],
    [{ assignStatic: true, staticAddress: '192.168.240.255' }, 'staticAddress', 'whole subnet'],
    [{ assignStatic: true, staticAddress: '192.168.240.11' }, 'staticAddress', 'belongs to anna already'],
  ])('%j', (change, field, words) => {
    const { users, ...rest } = table();
    const before = JSON.stringify(users.list());
    const saved = saveUser({ ...GOOD, ...change }, undefined, { users, ...rest });
    expect(saved.ok ? undefined : saved.error.get(field)).toContain(words);
    expect(JSON.stringify(users.list())).toBe(before);
  });

  test('all that is wrong is said at once', () => {
    const form = { ...GOOD, idleTimeout: 'x', userName: 'a:b', motp: true, pin: '1', secret: 'xyz' };
    const saved = saveUser(form, undefined, table());
    const fields = saved.ok ? [] : [...saved.error.keys()];
    expect(fields.sort()).toEqual(['idleTimeout', 'password', 'pin', 'secret', 'userName']);
  });

  test('the last address of the range is nobody’s own: the pool would be exhausted', () => {
    const { users, subnet, addressPool } = table();
    const save = (index: string, staticAddress: string) =>
      saveUser({ ...GOOD, index, userName: `user ${index}`, assignStatic: true, staticAddress }, undefined, {
        users,
        subnet,
        addressPool,
      });
    expect(save('2', '192.168.240.10').ok).toBe(true);
    const last = save('3', '192.168.240.12');
    expect(last.ok ? '' : last.error.get('staticAddress')).toContain(
      'last address of the IP assignment range',
    );
    expect(save('3', '192.168.240.200').ok).toBe(true);
  });
});

describe('what is right', () => {
  test('is saved, with the secret in lower case and without gaps', () => {
    const { users, ...rest } = table();
    const form = { ...GOOD, motp: true, pin: '7654321', secret: 'E315 2AFE E625 99C8' };
    const saved = saveUser(form, undefined, { users, ...rest });
    expect(saved.ok && saved.value.motp).toEqual({ pin: '7654321', secret: 'e3152afee62599c8' });
  });

  test('leaves what is not typed as it was', () => {
    const { users, ...rest } = table();
    const anna = users.get('anna');
    if (anna === undefined) throw new Error('no anna');
    const saved = saveUser({ ...formOf(anna), userName: 'anne' }, anna, { users, ...rest });
    expect(saved.ok && saved.value).toMatchObject({
      userName: 'anne',
      password: 'old one',
      motp: { pin: '1234', secret: 'e3152afee62599c8' },
    });
    expect(users.list()).toHaveLength(1);
  });
});
