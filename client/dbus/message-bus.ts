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

/** Which signals (D-Bus specification, "Match Rules"). */
export interface SignalMatch {
  /** A well-known name, or the bus's own. */
  readonly sender: string;
  readonly interface: string;
  readonly member?: string;
  readonly path?: string;
  /** The first part of the body. */
  readonly arg0?: string;
}

/** A connection to a D-Bus message bus. */
export interface MessageBus {
  /**
   * `schema` parses the reply's body. `until`: once it is aborted no answer is waited for any more, whatever the
   * connection's own deadline is, and nothing is asked.
   */
  call<T>(call: BusCall, schema: z.ZodType<T>, until?: AbortSignal): Promise<Result<T, BusProblem>>;
  /**
   * Signals that match, until the returned function is called. The bus sees to it that nobody broadcasts in another's name, but
   * lets everybody send us one of any name: those are not heard. `until` is for the bus's consent alone.
   */
  listen(
    match: SignalMatch,
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
const TO_BUS = { destination: BUS, path: '/org/freedesktop/DBus', interface: BUS } as const;

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
    wanted: SignalMatch,
    listener: (signal: BusSignal) => void,
    until?: AbortSignal,
  ): Promise<Result<() => void, BusProblem>> {
    const { MessageType } = this.#library;
    const rule = ruleOf(wanted);
    let owner: string | undefined;
    let isStopped = false;
    const onMessage = (message: Library.Message): void => {
      if (message.type !== MessageType.SIGNAL || !isWanted(message, wanted)) return;
      if (message.sender === owner) listener(message);
      else void hearIfOwned(message);
    };
    // Whoever had the name may have been started again.
    const hearIfOwned = async (message: Library.Message): Promise<void> => {
      const now = await this.#ownerOf(wanted.sender);
      owner = now ?? owner;
      if (message.sender === now && !isStopped) listener(message);
    };
    this.#bus.on('message', onMessage);
    const added = await withDeadline(() => this.#match('AddMatch', rule), this.#deadline, 'AddMatch', until);
    if (!added.ok) {
      this.#bus.off('message', onMessage);
      return added;
    }
    owner = await this.#ownerOf(wanted.sender, until);
    return ok(() => {
      isStopped = true;
      this.#bus.off('message', onMessage);
      void this.#match('RemoveMatch', rule);
    });
  }

  close(): void {
    this.#bus.disconnect();
  }

  #match(member: 'AddMatch' | 'RemoveMatch', rule: string): Promise<Result<unknown, BusProblem>> {
    return this.#ask({ ...TO_BUS, member, signature: 's', body: [rule] });
  }

  /** The unique name of whoever has this one; undefined: nobody. */
  async #ownerOf(name: string, until?: AbortSignal): Promise<string | undefined> {
    if (name === BUS) return BUS;
    const call = { ...TO_BUS, member: 'GetNameOwner', signature: 's', body: [name] };
    const asked = await withDeadline(() => this.#ask(call), this.#deadline, 'GetNameOwner', until);
    const [owner] = asked.ok ? asked.value : [];
    return typeof owner === 'string' ? owner : undefined;
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

function ruleOf({ sender, interface: iface, member, path, arg0 }: SignalMatch): string {
  const parts = { sender, interface: iface, member, path, arg0 };
  const given = Object.entries(parts).filter(([, value]) => value !== undefined);
  return ["type='signal'", ...given.map(([key, value]) => `${key}='${value}'`)].join(',');
}

/** All signals come to all who listen. */
function isWanted(message: Library.Message, wanted: SignalMatch): boolean {
  const { interface: iface, member, path, body } = message;
  return (
    iface === wanted.interface &&
    (wanted.member === undefined || member === wanted.member) &&
    (wanted.path === undefined || path === wanted.path) &&
    (wanted.arg0 === undefined || body[0] === wanted.arg0)
  );
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
