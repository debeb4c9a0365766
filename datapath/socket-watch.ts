import { Socket } from 'node:net';
import type { Libc } from './libc.ts';
import { NO_EVENTS, type ReadWatch, type ReadWatchEvents } from './read-watch.ts';

/**
 * A watch by a socket of Node's under which the descriptor is put in its socket's place: Node takes no TUN device
 * itself, but libuv asks for a descriptor's events only when its loop goes round, so by then it is the device's.
 * The socket reads one packet for each time it wakes. Node closes it with everything else when a thread ends.
 *
 * Throws where the system refuses a part of this; the descriptor is then the caller's still.
 */
export class SocketWatch implements ReadWatch {
  descriptor: number;
  #events = NO_EVENTS;
  readonly #socket: Socket;
  /** Bytes of the packet that was read; 0 = it was taken. */
  #held = 0;

  /** `space`: long enough for any packet of the device, or else libuv would read twice. */
  constructor(libc: Libc, descriptor: number, space: Uint8Array) {
    const pair = libc.socketPair();
    if (pair === undefined) throw new Error(`no socket pair (errno ${libc.errno()})`);
    const [own, other] = pair;
    this.#socket = new Socket({
      fd: own,
      readable: true,
      writable: false,
      onread: { buffer: space, callback: this.#onRead },
    });
    const isReplaced = libc.replaceDescriptor(descriptor, own);
    libc.close(other);
    this.#socket.on('error', this.#onLost);
    this.#socket.on('end', this.#onLost);
    this.#socket.pause();
    if (!isReplaced) {
      this.descriptor = -1;
      this.#socket.destroy();
      throw new Error(`the descriptor cannot be moved (errno ${libc.errno()})`);
    }
    libc.close(descriptor);
    this.descriptor = own;
  }

  listen(events: ReadWatchEvents): void {
    this.#events = events;
  }

  resume(): void {
    if (this.descriptor >= 0) this.#socket.resume();
  }

  pause(): void {
    if (this.descriptor >= 0) this.#socket.pause();
  }

  take(): number {
    const bytes = this.#held;
    this.#held = 0;
    return bytes;
  }

  close(): void {
    this.descriptor = -1;
    this.#socket.destroy();
  }

  readonly #onRead = (bytes: number): boolean => {
    this.#held = bytes;
    this.#events.readable();
    return true;
  };

  readonly #onLost = (): void => {
    if (this.descriptor < 0) return;
    // Node closes it: the number may be another file's a moment later.
    this.descriptor = -1;
    this.#socket.destroy();
    this.#events.gone();
  };
}
