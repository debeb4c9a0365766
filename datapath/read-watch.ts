/** Tells when a device has packets. It is made paused, and owns the descriptor. */
export interface ReadWatch {
  /** To read from and write to: another one than the watch was made for. -1 once the device is gone or closed. */
  readonly descriptor: number;
  /** Before the first `resume`. */
  listen(events: ReadWatchEvents): void;
  resume(): void;
  pause(): void;
  /** The bytes of a packet that was read while waiting, into the space that the watch was given; 0 = there is none. */
  take(): number;
  /** Closes the descriptor. Idempotent. */
  close(): void;
}

export interface ReadWatchEvents {
  /** Packets wait. Comes again while they do. */
  readable(): void;
  /** The descriptor has gone bad: the device was deleted. */
  gone(): void;
}

/** `socket`: by a socket of Node's. `poll`: koffi's binding to libuv's poll, which it does not document. */
export type ReadWatchKind = 'socket' | 'poll';

export const NO_EVENTS: ReadWatchEvents = { readable: () => undefined, gone: () => undefined };
