import type { Socket } from 'node:net';
import type { RawData, WebSocket } from 'ws';
import {
  callMessageSchema,
  helloSchema,
  readMessage,
  WRONG_TOKEN,
  type ServerMessage,
} from '../../shared/contract/socket-messages.ts';
import type { ContractServer } from '../../shared/contract/contract-server.ts';
import type { Peer } from '../../client/service/audience.ts';
import { Outbox } from '../../client/service/outbox.ts';
import type { Service } from '../../client/service/service.ts';
import type { WindowTokens } from './window-tokens.ts';

export interface WindowSocketParts {
  readonly service: Pick<Service, 'attach'>;
  readonly serve: ContractServer<Peer>;
  readonly tokens: WindowTokens;
  /** The printed address has been used: another one is to be printed. */
  readonly onInvitationUsed: () => void;
}

/** Time to say the token. */
const HELLO_MILLISECONDS = 5_000;
/** What somebody without a token may send: the request to upgrade and a token in a message. */
const LARGEST_HELLO_BYTES = 4_096;
/** Calls that have no answer yet. While there are as many, no more are begun or read. */
const MOST_CALLS = 32;
/** Read already and not begun. One piece of the socket's, 64 KiB, holds fewer calls. */
const MOST_WAITING_CALLS = 4096;
/** Answers that a window has not taken yet; while there are more, its calls are not read. */
const MOST_WAITING_BYTES = 1_048_576;

/** Close codes of RFC 6455 §7.4.1. */
const UNSUPPORTED_DATA = 1003;
const POLICY_VIOLATION = 1008;
const GOING_AWAY = 1001;

/** One window over its WebSocket: nothing is answered before the right token has been said. */
export class WindowSocket {
  readonly #socket: WebSocket;
  readonly #parts: WindowSocketParts;
  readonly #stream: Socket;
  #peer: Peer | undefined;
  #calls = 0;
  readonly #waiting: string[] = [];
  #strangerBytes = 0;
  readonly #helloTimer: NodeJS.Timeout;

  constructor(socket: WebSocket, stream: Socket, parts: WindowSocketParts) {
    this.#socket = socket;
    this.#stream = stream;
    this.#parts = parts;
    this.#helloTimer = setTimeout(() => socket.terminate(), HELLO_MILLISECONDS);
    stream.on('data', this.#countStranger);
    socket.on('message', (data: RawData, isBinary: boolean) => this.#receive(data, isBinary));
    socket.once('close', () => this.#closed());
    // What is wrong with a frame closes the socket by itself.
    socket.on('error', () => undefined);
  }

  get isAdmitted(): boolean {
    return this.#peer !== undefined;
  }

  /** The program ends. */
  close(): void {
    this.#socket.close(GOING_AWAY);
    this.#socket.terminate();
  }

  /** A message of megabytes is collected in memory before anybody sees it: not for strangers. */
  readonly #countStranger = (chunk: Buffer): void => {
    this.#strangerBytes += chunk.length;
    if (this.#strangerBytes > LARGEST_HELLO_BYTES) this.#socket.terminate();
  };

  #receive(data: RawData, isBinary: boolean): void {
    if (isBinary || !Buffer.isBuffer(data)) {
      this.#socket.close(UNSUPPORTED_DATA);
      return;
    }
    const text = data.toString('utf8');
    if (this.#peer === undefined) this.#admit(text);
    else this.#take(text, this.#peer);
  }

  #admit(text: string): void {
    const hello = readMessage(helloSchema, text);
    const admitted = hello.ok ? this.#parts.tokens.admit(hello.value.token) : undefined;
    if (admitted === undefined) {
      this.#socket.close(WRONG_TOKEN);
      return;
    }
    clearTimeout(this.#helloTimer);
    this.#stream.off('data', this.#countStranger);
    this.#send({ welcome: { token: admitted.windowToken } });
    const outbox = new Outbox(
      (name, payload, sent) => this.#send({ notification: name, payload }, sent),
      // It comes back and takes a new snapshot.
      () => this.#socket.terminate(),
    );
    this.#peer = this.#parts.service.attach(outbox.notify);
    if (admitted.usedInvitation) this.#parts.onInvitationUsed();
  }

  /** What has arrived with others in one piece waits here while the socket is paused. */
  #take(text: string, peer: Peer): void {
    this.#waiting.push(text);
    if (this.#waiting.length > MOST_WAITING_CALLS) this.#socket.terminate();
    else this.#work(peer);
  }

  #work(peer: Peer): void {
    while (!this.#isFull()) {
      const text = this.#waiting.shift();
      if (text === undefined) break;
      void this.#call(text, peer);
    }
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#isFull()) this.#socket.pause();
    else this.#socket.resume();
  }

  async #call(text: string, peer: Peer): Promise<void> {
    const message = readMessage(callMessageSchema, text);
    if (!message.ok) {
      this.#socket.close(POLICY_VIOLATION);
      return;
    }
    const { id, call, request } = message.value;
    this.#calls += 1;
    const reply = await this.#parts.serve(call, request, peer);
    this.#calls -= 1;
    this.#send({ id, reply }, () => this.#work(peer));
    this.#work(peer);
  }

  #isFull(): boolean {
    return this.#calls >= MOST_CALLS || this.#socket.bufferedAmount > MOST_WAITING_BYTES;
  }

  /** `sent` is called when the system has taken it. */
  #send(message: ServerMessage, sent?: () => void): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(JSON.stringify(message), () => sent?.());
  }

  #closed(): void {
    clearTimeout(this.#helloTimer);
    this.#peer?.close();
  }
}
