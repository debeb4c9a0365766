import { z } from 'zod';
import { connectBus, type BusSignal, type MessageBus } from '../client/dbus/message-bus.ts';
import { sessionBusAddress } from '../client/dbus/session-bus-address.ts';

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
const NO_TRAY_HOST: TrayHost = { ...LASTING_TRAY_HOST, isThere: false };

const WATCHER = 'org.kde.StatusNotifierWatcher';
const DBUS = 'org.freedesktop.DBus';
const NEWS = [
  { sender: DBUS, interface: DBUS, member: 'NameOwnerChanged', arg0: WATCHER },
  { sender: WATCHER, interface: WATCHER },
];
/** Asked before there is a window: who looks at the program's start waits for it. */
const DEADLINE_MILLISECONDS = 1000;

/**
 * Linux: a desktop that shows StatusNotifierItems has a watcher on the session bus, with a host registered
 * (KDE's StatusNotifierItem specification). Electron does not tell; an icon without a host is seen by nobody.
 */
export async function findTrayHost(onFault: (text: string) => void): Promise<TrayHost> {
  const address = await sessionBusAddress();
  if (address === undefined) return NO_TRAY_HOST;
  const bus = await connectBus({ address, deadline: DEADLINE_MILLISECONDS });
  if (!bus.ok) {
    onFault(`No session bus: ${bus.error.detail}`);
    return NO_TRAY_HOST;
  }
  const host = new StatusNotifierHost(bus.value);
  await host.follow(onFault);
  return host;
}

class StatusNotifierHost implements TrayHost {
  readonly #bus: MessageBus;
  readonly #listeners = new Set<() => void>();
  #isThere = false;

  constructor(bus: MessageBus) {
    this.#bus = bus;
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#listeners.clear();
    this.#bus.close();
  }

  /** Resolves soon, whether the bus answers or not. */
  async follow(onFault: (text: string) => void): Promise<void> {
    const onSignal = (signal: BusSignal): void => {
      if (isNews(signal)) void this.#update();
    };
    const listening = await Promise.all(NEWS.map((match) => this.#bus.listen(match, onSignal)));
    const refused = listening.find(({ ok }) => !ok);
    if (refused?.ok === false) onFault(`The session bus does not answer: ${refused.error.detail}`);
    else await this.#update();
  }

  async #update(): Promise<void> {
    const isThere = await this.#hasHost();
    if (this.#isThere === isThere) return;
    this.#isThere = isThere;
    for (const listener of this.#listeners) listener();
  }

  /** False where nobody has the watcher's name, too. */
  async #hasHost(): Promise<boolean> {
    const property = {
      destination: WATCHER,
      path: '/StatusNotifierWatcher',
      interface: `${DBUS}.Properties`,
      member: 'Get',
      signature: 'ss',
      body: [WATCHER, 'IsStatusNotifierHostRegistered'],
    };
    const answer = await this.#bus.call(property, z.tuple([z.object({ value: z.boolean() })]));
    return answer.ok && answer.value[0].value;
  }
}

function isNews({ member }: BusSignal): boolean {
  return /^(NameOwnerChanged|StatusNotifierHostRegistered|StatusNotifierHostUnregistered)$/.test(member);
}
