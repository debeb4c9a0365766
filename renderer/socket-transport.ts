import type { CallName } from '../shared/contract.ts';
import { readMessage, serverMessageSchema, WRONG_TOKEN } from '../shared/contract/socket-messages.ts';
import type { LinkStatus, WindowTransport } from './window-transport.ts';

export interface SocketOptions {
  readonly url: string;
  readonly token: string | undefined;
  /** The program gives a token for the next connection. */
  readonly keepToken: (token: string) => void;
}

interface Waiting {
  readonly resolve: (reply: unknown) => void;
  readonly reject: (reason: Error) => void;
}

type Listener = (name: unknown, payload: unknown) => void;

const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 5000;

/** The contract over a WebSocket that is opened again whenever it drops. */
export function socketTransport(options: SocketOptions): WindowTransport {
  return new SocketTransport(options);
}

class SocketTransport implements WindowTransport {
  readonly #options: SocketOptions;
  #token: string | undefined;
  #socket: WebSocket | undefined;
  #status: LinkStatus = 'connecting';
  #pause = FIRST_PAUSE;
  #nextId = 0;
  readonly #waiting = new Map<number, Waiting>();
  readonly #listeners = new Set<Listener>();
  readonly #statusListeners = new Set<() => void>();

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#token = options.token;
    if (this.#token === undefined) this.#status = 'refused';
    else this.#open(this.#token);
  }

  readonly status = (): LinkStatus => this.#status;

  readonly onStatus = (listener: () => void): (() => void) => {
    this.#statusListeners.add(listener);
    return () => this.#statusListeners.delete(listener);
  };

  readonly onNotification = (listener: Listener): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly call = (name: CallName, request: unknown): Promise<unknown> => {
    const socket = this.#socket;
    if (this.#status !== 'connected' || socket === undefined)
      return Promise.reject(new Error('not connected'));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, call: name, request }));
    });
  };

  #open(token: string): void {
    const socket = new WebSocket(this.#options.url);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      socket.send(JSON.stringify({ token }));
    });
    socket.addEventListener('message', ({ data }) => {
      this.#receive(data);
    });
    socket.addEventListener('close', ({ code }) => {
      this.#closed(code);
    });
  }

  #receive(data: unknown): void {
    const message = readMessage(serverMessageSchema, data);
    if (!message.ok) return;
    const { value } = message;
    if ('welcome' in value) {
      this.#token = value.welcome.token;
      this.#options.keepToken(value.welcome.token);
      this.#pause = FIRST_PAUSE;
      this.#become('connected');
    } else if ('id' in value) {
      this.#waiting.get(value.id)?.resolve(value.reply);
      this.#waiting.delete(value.id);
    } else {
      for (const listener of this.#listeners) listener(value.notification, value.payload);
    }
  }

  #closed(code: number): void {
    this.#socket = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error('the connection was lost'));
    this.#waiting.clear();
    this.#become(code === WRONG_TOKEN ? 'refused' : 'lost');
    const token = this.#token;
    if (code === WRONG_TOKEN || token === undefined) return;
    setTimeout(() => {
      this.#open(token);
    }, this.#pause);
    this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE);
  }

  #become(status: LinkStatus): void {
    if (this.#status === status) return;
    this.#status = status;
    for (const listener of this.#statusListeners) listener();
  }
}
