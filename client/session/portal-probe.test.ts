import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { probePortal, readHead } from './portal-probe.ts';

const read = (head: string) => readHead(head, 'vpn.example.com', '203.0.113.1');
const redirect = (location: string): string =>
  `HTTP/1.1 302 Found\r\nServer: x\r\nLocation: ${location}\r\n\r\n`;

test.each([
  ['http://portal.hotel.example/login?next=1', 'portal.hotel.example'],
  ['https://10.0.0.1:8443/', '10.0.0.1'],
])('a page elsewhere is a sign-in page: %s', (location, page) => {
  expect(read(redirect(location))).toEqual({ page });
});

test.each([
  redirect('https://vpn.example.com/'),
  redirect('https://VPN.example.com:443/weblogin.htm'),
  redirect('https://203.0.113.1/'),
  redirect('/weblogin.htm'),
  redirect('ftp://elsewhere.example/'),
  redirect(''),
  'HTTP/1.1 200 OK\r\n\r\n',
  'HTTP/1.1 404 Not Found\r\nLocation: http://elsewhere.example/\r\n\r\n',
  'SSH-2.0-OpenSSH_9.2\r\n',
  '',
])('what leads nowhere else is none: %j', (head) => {
  expect(read(head)).toBeUndefined();
});

test('a network that says outright that it wants a sign-in', () => {
  expect(read('HTTP/1.1 511 Network Authentication Required\r\n\r\n')).toEqual({ page: undefined });
});

test.each([
  ['all at once', [redirect('http://portal.example/')], { page: 'portal.example' }],
  ['in pieces', redirect('http://portal.example/').split(''), { page: 'portal.example' }],
  ['nothing', [], undefined],
])('over a real connection: %s', async (_name, pieces, expected) => {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.once('data', (bytes: Buffer) => {
      asked.push(bytes.toString('latin1'));
      for (const piece of pieces) socket.write(piece);
      if (pieces.length === 0) socket.end();
    });
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const found = await probePortal('vpn.example.com', '127.0.0.1', new AbortController().signal, address.port);
  server.close();
  expect(found).toEqual(expected);
  expect(asked).toEqual(['GET / HTTP/1.1\r\nHost: vpn.example.com\r\nConnection: close\r\n\r\n']);
});

test('an address where nobody listens is none', async () => {
  const { signal } = new AbortController();
  expect(await probePortal('vpn.example.com', '127.0.0.1', signal, 1)).toBeUndefined();
});
