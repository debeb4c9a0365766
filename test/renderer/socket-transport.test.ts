import { afterEach, expect, test } from 'vitest';
import { WebSocketServer, type WebSocket as Peer } from 'ws';
import { socketTransport } from '../../renderer/socket-transport.ts';
import type { WindowTransport } from '../../renderer/window-transport.ts';
import { WRONG_TOKEN } from '../../shared/contract/socket-messages.ts';

const FIRST = 'first-token-0123456789';
const OWN = 'own-token-0123456789';

const servers: WebSocketServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    for (const peer of server.clients) peer.terminate();
    server.close();
  }
});

/** A program that lets in those with a token it knows, and keeps what they say. */
async function program() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  servers.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const known = new Set([FIRST]);
  const heard: unknown[] = [];
  const peers: Peer[] = [];
  server.on('connection', (peer) => {
    peers.push(peer);
    peer.on('message', (data: Buffer) => {
      const message: unknown = JSON.parse(data.toString());
      heard.push(message);
      const token =
        typeof message === 'object' && message !== null && 'token' in message ? message.token : '';
      if (token === '') return;
      if (typeof token !== 'string' || !known.delete(token)) {
        peer.close(WRONG_TOKEN);
        return;
      }
      known.add(OWN);
      peer.send(JSON.stringify({ welcome: { token: OWN } }));
    });
  });
  return { url: `ws://127.0.0.1:${address.port}`, heard, peers };
}

function until(transport: WindowTransport, status: string): Promise<void> {
  return new Promise((resolve) => {
    const check = (): void => {
      if (transport.status() !== status) return;
      end();
      resolve();
    };
    const end = transport.onStatus(check);
    check();
  });
}

test('the first message is the token, and the next connection uses the token it was given', async () => {
  const { url, heard, peers } = await program();
  const kept: string[] = [];
  const transport = socketTransport({ url, token: FIRST, keepToken: (token) => kept.push(token) });
  await until(transport, 'connected');
  expect(heard).toEqual([{ token: FIRST }]);
  expect(kept).toEqual([OWN]);
  peers[0]?.terminate();
  await until(transport, 'lost');
  await until(transport, 'connected');
  expect(heard).toEqual([{ token: FIRST }, { token: OWN }]);
});

test('answers find their calls in any order, and notifications their listeners', async () => {
  const { url, peers } = await program();
  const transport = socketTransport({ url, token: FIRST, keepToken: () => undefined });
  await until(transport, 'connected');
  const said: unknown[] = [];
  transport.onNotification((...notification) => said.push(notification));
  const answers = Promise.all([transport.call('snapshot', {}), transport.call('watchLog', {})]);
  peers[0]?.send('not JSON');
  peers[0]?.send(JSON.stringify({ notification: 'show', payload: { view: 'log' } }));
  peers[0]?.send(JSON.stringify({ id: 1, reply: 'second' }));
  peers[0]?.send(JSON.stringify({ id: 0, reply: 'first' }));
  expect(await answers).toEqual(['first', 'second']);
  expect(said).toEqual([['show', { view: 'log' }]]);
});

test('a call whose link is lost is refused, and so is one without a link', async () => {
  const { url, peers } = await program();
  const transport = socketTransport({ url, token: FIRST, keepToken: () => undefined });
  await until(transport, 'connected');
  const call = transport.call('snapshot', {});
  peers[0]?.terminate();
  await expect(call).rejects.toThrow('lost');
  await expect(transport.call('snapshot', {})).rejects.toThrow('not connected');
});

test('a wrong token is not tried again', async () => {
  const { url, heard } = await program();
  const transport = socketTransport({ url, token: 'wrong-token-0123456789', keepToken: () => undefined });
  await until(transport, 'refused');
  expect(heard).toHaveLength(1);
});

test('without a token nothing is asked', () => {
  const transport = socketTransport({
    url: 'ws://127.0.0.1:1',
    token: undefined,
    keepToken: () => undefined,
  });
  expect(transport.status()).toBe('refused');
});
