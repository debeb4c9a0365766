import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trustedUsers, userInTable } from './peer-user.ts';

const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:20FB 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 70001 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:20FB 01 00000000:00000000 00:00000000 00000000  1001        0 70002 1 0 20 4 0 10 -1
   2: 0100007F:20FB 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 70003 1 0 20 4 0 10 -1
   3: 0100007F:C351 0100007F:20FB 06 00000000:00000000 03:00001770 00000000     0        0 0 3 0
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0000000000000000FFFF00000200007F:C352 0000000000000000FFFF00000100007F:20FB 01 00000000:00000000 00:00000000 00000000  1002        0 70004 1 0 20 4 0 10 -1
`;

test('the user at the other end of a connection, by either family of socket', () => {
  expect(userInTable(TCP, { address: '127.0.0.1', port: 0xc350, serverPort: 0x20fb })).toBe(1001);
  expect(userInTable(TCP6, { address: '127.0.0.2', port: 0xc352, serverPort: 0x20fb })).toBe(1002);
});

test.each([
  ['another port', { address: '127.0.0.1', port: 0xc353, serverPort: 0x20fb }],
  ['another address', { address: '127.0.0.2', port: 0xc350, serverPort: 0x20fb }],
  ['another server', { address: '127.0.0.1', port: 0xc350, serverPort: 0x20fc }],
  ['a connection that is over', { address: '127.0.0.1', port: 0xc351, serverPort: 0x20fb }],
  ['our own end', { address: '127.0.0.1', port: 0x20fb, serverPort: 0x20fb }],
])('%s is nobody’s', (_, peer) => {
  expect(userInTable(TCP, peer)).toBeUndefined();
});

test('whatever stands in the table', () => {
  fc.assert(
    fc.property(fc.string(), (table) => {
      expect(userInTable(table, { address: '127.0.0.1', port: 1, serverPort: 2 })).toBeUndefined();
    }),
  );
});

test('this user, root, and whoever called sudo', () => {
  expect(trustedUsers(1000, {})).toEqual(new Set([0, 1000]));
  expect(trustedUsers(0, { SUDO_UID: '1000' })).toEqual(new Set([0, 1000]));
  // Anyone may set it for a program of their own.
  expect(trustedUsers(1000, { SUDO_UID: '1001' })).toEqual(new Set([0, 1000]));
  expect(trustedUsers(0, { SUDO_UID: '-1' })).toEqual(new Set([0]));
  expect(trustedUsers(undefined, {})).toEqual(new Set([0]));
});
