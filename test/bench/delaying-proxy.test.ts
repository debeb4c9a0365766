import { type Socket, connect, createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { type DelayingProxy, startDelayingProxy } from './delaying-proxy.ts';

const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A proxy in front of a server that does `serve` with each connection. */
async function proxied(serve: (socket: Socket) => void): Promise<DelayingProxy> {
  const server = createServer({ allowHalfOpen: true }, serve);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => void server.close());
  const address = server.address();
  const targetPort = typeof address === 'object' && address !== null ? address.port : 0;
  const proxy = await startDelayingProxy({
    listenHost: '127.0.0.1',
    listenPort: 0,
    targetHost: '127.0.0.1',
    targetPort,
    delay: 5,
  });
  closing.push(() => proxy.close());
  return proxy;
}

async function everything(socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(socket, 'end');
  return Buffer.concat(chunks);
}

test('bytes pass both ways unchanged and in order, and so does the end of one direction', async () => {
  const proxy = await proxied((socket) => socket.pipe(socket));
  const client = connect({ port: proxy.port, allowHalfOpen: true });
  const sent = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 31) & 0xff));
  for (let start = 0; start < sent.length; start += 7919) client.write(sent.subarray(start, start + 7919));
  client.end();
  const received = await everything(client);
  expect(received.equals(sent)).toBe(true);
});

test('a reset behind the proxy is a reset in front of it', async () => {
  const proxy = await proxied((socket) => socket.resetAndDestroy());
  const client = connect({ port: proxy.port });
  const [error] = await once(client, 'error').catch((reason: unknown) => [reason]);
  expect(error).toMatchObject({ code: 'ECONNRESET' });
});

test('closing cuts the connections that pass through it', async () => {
  const proxy = await proxied((socket) => socket.write('hello'));
  const client = connect({ port: proxy.port });
  await once(client, 'data');
  const closed = once(client, 'close');
  await proxy.close();
  closing.pop();
  await closed;
  expect(client.destroyed).toBe(true);
});
