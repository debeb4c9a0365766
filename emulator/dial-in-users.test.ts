import { describe, expect, test } from 'vitest';
import { MAXIMUM_USERS } from './dial-in-user.ts';
import { DialInUsers } from './dial-in-users.ts';

describe('DialInUsers', () => {
  test('a user gets the first free index and the defaults of the router', () => {
    const users = new DialInUsers();
    users.add({ userName: 'one', index: 1 });
    users.add({ userName: 'three', index: 3 });
    expect(users.add({ userName: 'two' })).toEqual({
      ok: true,
      value: {
        index: 2,
        enabled: true,
        idleTimeoutSeconds: 300,
        allowedTypes: ['ssl'],
        userName: 'two',
        password: '',
      },
    });
    expect(users.list().map((user) => user.userName)).toEqual(['one', 'two', 'three']);
  });

  test('names, indexes and static addresses are unique', () => {
    const users = new DialInUsers();
    users.add({ userName: 'a', index: 1, staticAddress: '10.0.0.1' });
    expect(users.add({ userName: 'a' })).toEqual({ ok: false, error: { kind: 'name-taken', userName: 'a' } });
    expect(users.add({ userName: 'b', index: 1 })).toEqual({
      ok: false,
      error: { kind: 'index-taken', index: 1 },
    });
    expect(users.add({ userName: 'b', staticAddress: '10.0.0.1' })).toEqual({
      ok: false,
      error: { kind: 'address-taken', address: '10.0.0.1' },
    });
    expect(users.list()).toHaveLength(1);
  });

  test('the mOTP secret is held in lower case', () => {
    const users = new DialInUsers();
    users.add({ userName: 'a', motp: { pin: '1234', secret: 'E3152AFEE62599C8' } });
    expect(users.get('a')?.motp?.secret).toBe('e3152afee62599c8');
  });

  test.each([
    { userName: 'a:b' },
    { userName: '' },
    { userName: 'a\nb' },
    { userName: 'a', idleTimeoutSeconds: 10_000 },
    { userName: 'a', motp: { pin: '123', secret: 'ab' } },
    { userName: 'a', motp: { pin: '1234', secret: 'xyz' } },
    { userName: 'a', totp: { secret: '1' } },
    { userName: 'a', staticAddress: '10.0.0.256' },
    { userName: 'a', index: MAXIMUM_USERS + 1 },
  ])('refuses %j', (input) => {
    expect(new DialInUsers().add(input)).toMatchObject({ ok: false, error: { kind: 'invalid' } });
  });

  test('a changed user keeps the index, and may be renamed', () => {
    const users = new DialInUsers();
    users.add({ userName: 'x' });
    users.add({ userName: 'a', password: 'old' });
    expect(users.replace('a', { userName: 'b', password: 'new' })).toMatchObject({
      ok: true,
      value: { index: 2, userName: 'b', password: 'new' },
    });
    expect(users.get('a')).toBeUndefined();
    expect(users.replace('a', { userName: 'a' })).toMatchObject({ error: { kind: 'unknown-user' } });
    expect(users.replace('b', { userName: 'x' })).toMatchObject({ error: { kind: 'name-taken' } });
    expect(users.get('b')?.password).toBe('new');
  });

  test('the table holds 500 users', () => {
    const users = new DialInUsers();
    for (let i = 1; i <= MAXIMUM_USERS; i += 1) users.add({ userName: `user${i}` });
    expect(users.add({ userName: 'late' })).toEqual({ ok: false, error: { kind: 'table-full' } });
    users.remove('user7');
    expect(users.add({ userName: 'late' })).toMatchObject({ ok: true, value: { index: 7 } });
  });

  test('tells of changes and of nothing else', () => {
    let changes = 0;
    const users = new DialInUsers(() => {
      changes += 1;
    });
    users.add({ userName: 'a' });
    users.add({ userName: 'a' });
    users.replace('a', { userName: 'b' });
    users.remove('a');
    users.remove('b');
    expect(changes).toBe(3);
  });
});
