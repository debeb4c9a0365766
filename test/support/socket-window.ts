import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type ContractClient, contractClient } from '../../shared/contract/contract-client.ts';
import { readMessage, serverMessageSchema } from '../../shared/contract/socket-messages.ts';

export interface SocketWindow {
  readonly client: ContractClient;
  close(): Promise<void>;
}

/**
 * A window of `smartvpn ui` without a page: `address` as the program prints it. `socketPath`: reached over this
 * Unix socket (port-bridge.ts) in place of its port.
 */
export async function openSocketWindow(address: string, socketPath?: string): Promise<SocketWindow> {
  const { host, origin, hash } = new URL(address);
  const place = socketPath === undefined ? `ws://${host}/contract` : `ws+unix:${socketPath}:/contract`;
  const socket = new WebSocket(place, { origin, headers: { host } });
  const replies = new Map<number, (reply: unknown) => void>();
  const listeners = new Set<(name: unknown, payload: unknown) => void>();
  const welcomed = new Promise<void>((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message = readMessage(serverMessageSchema, data.toString());
      if (!message.ok) return;
      const { value } = message;
      if ('welcome' in value) {
        resolve();
      } else if ('id' in value) {
        replies.get(value.id)?.(value.reply);
        replies.delete(value.id);
      } else {
        for (const listener of listeners) listener(value.notification, value.payload);
      }
    });
  });
  await once(socket, 'open');
  socket.send(JSON.stringify({ token: new URLSearchParams(hash.slice(1)).get('token') }));
  await welcomed;
  let nextId = 0;
  const client = contractClient({
    call: (call, request) =>
      new Promise((resolve) => {
        replies.set(nextId, resolve);
        socket.send(JSON.stringify({ id: nextId, call, request }));
        nextId += 1;
      }),
    onNotification: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  });
  const close = async (): Promise<void> => {
    const closed = once(socket, 'close');
    socket.close();
    await closed;
  };
  return { client, close };
}
