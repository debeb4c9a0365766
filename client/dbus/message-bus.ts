import type * as Library from '@jellybrick/dbus-next';
import type { z } from 'zod';
import { err, ok, type Result } from '../../shared/result.ts';

export type BusProblem =
  /** There is no bus at the address, or it turned us away. */
  | { readonly kind: 'unreachable'; readonly detail: string }
  | { readonly kind: 'no-answer'; readonly detail: string }
  /** An error reply; `name` as in org.freedesktop.DBus.Error.ServiceUnknown. */
  | { readonly kind: 'error-reply'; readonly name: string; readonly detail: string }
  /** The answer is not of the shape that the interface promises. */
  | { readonly kind: 'malformed'; readonly detail: string };

export interface BusCall {
  readonly destination: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly signature?: string;
  readonly body?: readonly unknown[];
}

export interface BusSignal {
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  /** A unique name. */
  readonly sender: string;
  readonly body: readonly unknown[];
}

/** A connection to a D-Bus message bus. */
export interface MessageBus {
  /**
   * `schema` parses the reply's body. `until`: once it is aborted no answer is waited for any more, whatever the
   * connection's own deadline is, and nothing is asked.
   */
  call<T>(call: BusCall, schema: z.ZodType<T>, until?: AbortSignal): Promise<Result<T, BusProblem>>;
  /**
   * Signals that match the rule (D-Bus specification, "Match Rules"), until the returned function is called. `until` is
   * for the bus's consent alone.
   */
  listen(
    rule: string,
    listener: (signal: BusSignal) => void,
    until?: AbortSignal,
  ): Promise<Result<() => void, BusProblem>>;
  close(): void;
}

export interface BusOptions {
  /** As in DBUS_SESSION_BUS_ADDRESS. */
  readonly address: string;
  /** Milliseconds for the greeting, and for each call: a bus or a service that hangs must not hang us. */
  readonly deadline: number;
}

const BUS = 'org.freedesktop.DBus';
const NO_REPLY = `${BUS}.Error.NoReply`;

/** The library is loaded only now: what needs no bus starts without it. */
export async function connectBus(options: BusOptions): Promise<Result<MessageBus, BusProblem>> {
  const library = await import('@jellybrick/dbus-next');
  const bus = library.sessionBus({ busAddress: options.address });
  const opened = await withDeadline(() => greeting(bus), options.deadline, 'the bus does not greet');
  if (opened.ok) return ok(new ConnectedBus(library, bus, options.deadline));
  bus.disconnect();
  return opened;
}

function greeting(bus: Library.MessageBus): Promise<Result<void, BusProblem>> {
  return new Promise((resolve) => {
    // The library's types leave out its errors.
    const events: NodeJS.EventEmitter = bus;
    events.once('connect', () => resolve(ok(undefined)));
    // Stays: what fails later fails the calls, and an error without a listener would end the process.
    events.on('error', (error: unknown) => resolve(err({ kind: 'unreachable', detail: textOf(error) })));
  });
}

class ConnectedBus implements MessageBus {
  readonly #library: typeof Library;
  readonly #bus: Library.MessageBus;
  readonly #deadline: number;

  constructor(library: typeof Library, bus: Library.MessageBus, deadline: number) {
    this.#library = library;
    this.#bus = bus;
    this.#deadline = deadline;
  }

  async call<T>(call: BusCall, schema: z.ZodType<T>, until?: AbortSignal): Promise<Result<T, BusProblem>> {
    const what = `${call.interface}.${call.member}`;
    const answered = await withDeadline(() => this.#ask(call), this.#deadline, what, until);
    if (!answered.ok) return answered;
    const parsed = schema.safeParse(answered.value);
    // The issues would quote what was received, which may be a secret.
    return parsed.success ? ok(parsed.data) : err({ kind: 'malformed', detail: `the answer to ${what}` });
  }

  async listen(
    rule: string,
    listener: (signal: BusSignal) => void,
    until?: AbortSignal,
  ): Promise<Result<() => void, BusProblem>> {
    const { MessageType, Message } = this.#library;
    const onMessage = (message: Library.Message): void => {
      if (message.type === MessageType.SIGNAL) listener(message);
    };
    this.#bus.on('message', onMessage);
    const match = { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS, signature: 's' };
    const added = await withDeadline(
      () => this.#ask({ ...match, member: 'AddMatch', body: [rule] }),
      this.#deadline,
      'AddMatch',
      until,
    );
    const stop = (): void => {
      this.#bus.off('message', onMessage);
      try {
        this.#bus.send(new Message({ ...match, member: 'RemoveMatch', body: [rule] }));
      } catch {
        // The bus has gone, and the rule with it.
      }
    };
    if (!added.ok) {
      this.#bus.off('message', onMessage);
      return added;
    }
    return ok(stop);
  }

  close(): void {
    this.#bus.disconnect();
  }

  async #ask({ body = [], ...call }: BusCall): Promise<Result<readonly unknown[], BusProblem>> {
    const { Message, DBusError } = this.#library;
    try {
      const reply = await this.#bus.call(new Message({ ...call, body: [...body] }));
      return ok(reply?.body ?? []);
    } catch (error) {
      // The bus says so of a service that ended in the middle of it.
      if (error instanceof DBusError && error.type === NO_REPLY)
        return err({ kind: 'no-answer', detail: `${call.interface}.${call.member}` });
      if (error instanceof DBusError) {
        return err({ kind: 'error-reply', name: error.type, detail: error.text });
      }
      return err({ kind: 'unreachable', detail: textOf(error) });
    }
  }
}

async function withDeadline<T>(
  work: () => Promise<Result<T, BusProblem>>,
  milliseconds: number,
  what: string,
  until?: AbortSignal,
): Promise<Result<T, BusProblem>> {
  const late = Promise.withResolvers<Result<T, BusProblem>>();
  const giveUp = (): void => late.resolve(err({ kind: 'no-answer', detail: what }));
  if (until?.aborted === true) {
    giveUp();
    return late.promise;
  }
  const timer = setTimeout(giveUp, milliseconds);
  until?.addEventListener('abort', giveUp);
  try {
    return await Promise.race([work(), late.promise]);
  } finally {
    clearTimeout(timer);
    until?.removeEventListener('abort', giveUp);
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
