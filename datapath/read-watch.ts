/** Tells when a device has packets. It is made paused, and owns the descriptor. */
export interface ReadWatch {
  /** To read from and write to: another one than the watch was made for. -1 once the device is gone or closed. */
  readonly descriptor: number;
  /** Before the first `resume`. */
  listen(events: ReadWatchEvents): void;
  resume(): void;
  pause(): void;
  /** Moves a packet that was read while waiting to target[offset…offset + length). Its bytes; 0 = there is none. */
  take(target: Uint8Array, offset: number, length: number): number;
  /** Closes the descriptor. Idempotent. */
  close(): void;
}

export interface ReadWatchEvents {
  /** Packets wait. Comes again while they do. */
  readable(): void;
  /** The descriptor has gone bad: the device was deleted. */
  gone(): void;
}

/** `poll`: koffi's binding to libuv's poll, which it does not document. `socket`: by a socket of Node's. */
export type ReadWatchKind = 'poll' | 'socket';

export const NO_EVENTS: ReadWatchEvents = { readable: () => undefined, gone: () => undefined };
