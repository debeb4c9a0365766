import type { EventEmitter } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { Message, MessageType, sessionBus, type MessageBus } from '@jellybrick/dbus-next';

/** Whether the desktop has a place for tray icons, now and later. */
export interface TrayHost {
  readonly isThere: boolean;
  onChange(listener: () => void): void;
  close(): void;
}

/** Systems whose desktops always have one. */
export const LASTING_TRAY_HOST: TrayHost = {
  isThere: true,
  onChange: () => undefined,
  close: () => undefined,
};

const WATCHER = 'org.kde.StatusNotifierWatcher';
const DBUS = 'org.freedesktop.DBus';
const ANSWER_MILLISECONDS = 1000;

/**
 * Linux: a desktop that shows StatusNotifierItems has a watcher on the session bus, with a host registered
 * (KDE's StatusNotifierItem specification). Electron does not tell; an icon without a host is seen by nobody.
 */
export async function findTrayHost(onFault: (text: string) => void): Promise<TrayHost> {
  if (process.env['DBUS_SESSION_BUS_ADDRESS'] === undefined) return { ...LASTING_TRAY_HOST, isThere: false };
  const host = new StatusNotifierHost(onFault);
  await host.look();
  return host;
}

class StatusNotifierHost implements TrayHost {
  readonly #bus: MessageBus;
  readonly #onFault: (text: string) => void;
  readonly #listeners = new Set<() => void>();
  #isThere = false;

  constructor(onFault: (text: string) => void) {
    this.#onFault = onFault;
    this.#bus = sessionBus();
    // The library's own types leave out the event that says so.
    const emitter: EventEmitter = this.#bus;
    emitter.on('error', (error: unknown) => {
      this.#set(false);
      onFault(`No session bus: ${String(error)}`);
    });
    this.#bus.on('message', (message: Message) => {
      if (message.type === MessageType.SIGNAL && isNews(message)) void this.#update();
    });
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#bus.disconnect();
  }

  /** Resolves soon, whether the bus answers or not. */
  async look(): Promise<void> {
    const answered = new AbortController();
    const patience = setTimeout(ANSWER_MILLISECONDS, undefined, { signal: answered.signal });
    await Promise.race([this.#follow(), patience]);
    answered.abort();
    await patience.catch(() => undefined);
  }

  async #follow(): Promise<void> {
    try {
      await this.#match(`type='signal',sender='${DBUS}',member='NameOwnerChanged',arg0='${WATCHER}'`);
      await this.#match(`type='signal',interface='${WATCHER}'`);
    } catch (error) {
      this.#onFault(`The session bus does not answer: ${String(error)}`);
      return;
    }
    await this.#update();
  }

  async #match(rule: string): Promise<void> {
    await this.#call(DBUS, '/org/freedesktop/DBus', DBUS, 'AddMatch', rule);
  }

  async #update(): Promise<void> {
    this.#set(await this.#hasHost());
  }

  async #hasHost(): Promise<boolean> {
    try {
      const property = 'IsStatusNotifierHostRegistered';
      const reply = await this.#call(
        WATCHER,
        '/StatusNotifierWatcher',
        `${DBUS}.Properties`,
        'Get',
        WATCHER,
        property,
      );
      const variant = reply?.body[0];
      return typeof variant === 'object' && variant !== null && 'value' in variant && variant.value === true;
    } catch {
      // Nobody has the name.
      return false;
    }
  }

  #call(
    destination: string,
    path: string,
    iface: string,
    member: string,
    ...body: string[]
  ): Promise<Message | null> {
    return this.#bus.call(
      new Message({ destination, path, interface: iface, member, signature: 's'.repeat(body.length), body }),
    );
  }

  #set(isThere: boolean): void {
    if (this.#isThere === isThere) return;
    this.#isThere = isThere;
    for (const listener of this.#listeners) listener();
  }
}

function isNews({ member }: Message): boolean {
  return /^(NameOwnerChanged|StatusNotifierHostRegistered|StatusNotifierHostUnregistered)$/.test(member);
}
