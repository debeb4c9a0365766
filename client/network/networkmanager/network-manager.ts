import { Variant } from '@jellybrick/dbus-next';
import { z } from 'zod';
import { type BusProblem, type BusSignal, type MessageBus, connectBus } from '../../dbus/message-bus.ts';
import { systemBusAddress } from '../../dbus/system-bus-address.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { ProfileSettings } from './connection-profile.ts';

const NAME = 'org.freedesktop.NetworkManager';
const ROOT = '/org/freedesktop/NetworkManager';
const SETTINGS = `${ROOT}/Settings`;
const PROFILE = `${NAME}.Settings.Connection`;
const ACTIVE = `${NAME}.Connection.Active`;
const BUS = 'org.freedesktop.DBus';
const PROPERTIES = `${BUS}.Properties`;
/** Milliseconds for each answer, and for each thing that it makes. */
const PATIENCE = 10_000;

/** NM_SETTINGS_ADD_CONNECTION2_FLAG_IN_MEMORY and …_BLOCK_AUTOCONNECT. */
const IN_MEMORY = 0x2 | 0x20;
/** The volatile profile goes with its activation; the activation goes with our connection to the bus. */
const LIFETIME = {
  persist: new Variant('s', 'volatile'),
  'bind-activation': new Variant('s', 'dbus-client'),
};

/** NMActiveConnectionState. */
export const ActiveState = { activating: 1, activated: 2, deactivating: 3, deactivated: 4 } as const;

/** What a user needs for a tunnel of her own. */
const PERMISSIONS = [`${NAME}.network-control`, `${NAME}.settings.modify.own`] as const;

export interface StateChange {
  readonly state: number;
  /** NMActiveConnectionStateReason. */
  readonly reason: number;
}

export interface NetworkManagerDevice {
  readonly interfaceName: string;
  /** Empty: it has none. */
  readonly hardwareAddress: string;
}

const variant = z.object({ value: z.unknown() }).transform(({ value }) => value);
const propertySchema = z.tuple([variant]);
const nothing = z.unknown();
const path = z.string().startsWith('/');
const deviceSchema = z.object({
  Interface: z.string(),
  HwAddress: z.string().default(''),
  Real: z.boolean().default(true),
});
const objectsSchema = z.tuple([z.record(z.string(), z.record(z.string(), z.record(z.string(), variant)))]);
const settingsSchema = z.tuple([z.record(z.string(), z.record(z.string(), variant))]);
const stateChangeSchema = z.tuple([z.number(), z.number()]);
const ownerChangeSchema = z.tuple([z.literal(NAME), z.string(), z.string()]);

/** NetworkManager's D-Bus interface, as far as a tunnel needs it. Every answer is parsed. */
export class NetworkManager {
  /** Milliseconds that are worth waiting for it. */
  readonly patience: number;
  readonly #bus: MessageBus;
  readonly #until: AbortSignal | undefined;

  private constructor(bus: MessageBus, patience: number, until?: AbortSignal) {
    this.#bus = bus;
    this.patience = patience;
    this.#until = until;
  }

  /** The error is a detail for the log: there is no bus, or NetworkManager does not run. It is never started by this. */
  static async open(patience = PATIENCE): Promise<Result<NetworkManager, string>> {
    const address = systemBusAddress();
    if (address === undefined) return err('no system bus');
    const bus = await connectBus({ address, deadline: patience });
    if (!bus.ok) return err(`no system bus: ${bus.error.detail}`);
    const opened = new NetworkManager(bus.value, patience);
    if (await opened.isRunning()) return ok(opened);
    opened.close();
    return err('NetworkManager does not run');
  }

  /** The same connection. What is asked through this one is given up once the signal is aborted. */
  until(signal: AbortSignal): NetworkManager {
    return new NetworkManager(this.#bus, this.patience, signal);
  }

  async isRunning(): Promise<boolean> {
    const owned = await this.#bus.call(
      {
        destination: BUS,
        path: '/org/freedesktop/DBus',
        interface: BUS,
        member: 'NameHasOwner',
        signature: 's',
        body: [NAME],
      },
      z.tuple([z.boolean()]),
      this.#until,
    );
    return owned.ok && owned.value[0];
  }

  /** Without a question to the user. Undefined: it does not tell. */
  async isPermitted(): Promise<Result<boolean, BusProblem>> {
    const answer = await this.#call(
      ROOT,
      NAME,
      'GetPermissions',
      z.tuple([z.record(z.string(), z.string())]),
    );
    if (!answer.ok) return answer;
    const [permissions] = answer.value;
    return ok(PERMISSIONS.every((name) => permissions[name] === 'yes'));
  }

  /** For example "1.42.4". */
  version(): Promise<Result<string, BusProblem>> {
    return this.#property(ROOT, NAME, 'Version', z.string());
  }

  /** It still takes over what it found when it began. */
  isStarting(): Promise<Result<boolean, BusProblem>> {
    return this.#property(ROOT, NAME, 'Startup', z.boolean());
  }

  /** "systemd-resolved", "dnsmasq", "default", "none" … */
  dnsMode(): Promise<Result<string, BusProblem>> {
    return this.#property(`${ROOT}/DnsManager`, `${NAME}.DnsManager`, 'Mode', z.string());
  }

  /** Those that exist. */
  async devices(): Promise<Result<readonly NetworkManagerDevice[], BusProblem>> {
    const answer = await this.#bus.call(
      {
        destination: NAME,
        path: '/org/freedesktop',
        interface: `${BUS}.ObjectManager`,
        member: 'GetManagedObjects',
      },
      objectsSchema,
      this.#until,
    );
    if (!answer.ok) return answer;
    return ok(
      Object.values(answer.value[0]).flatMap((interfaces) => {
        const device = deviceSchema.safeParse(interfaces[`${NAME}.Device`]);
        return device.success && device.data.Real
          ? [{ interfaceName: device.data.Interface, hardwareAddress: device.data.HwAddress }]
          : [];
      }),
    );
  }

  /** Makes the device, gives it all that the profile says, and the device to its owner. Gives the activation's object path. */
  async addAndActivate(profile: ProfileSettings): Promise<Result<string, BusProblem>> {
    const answer = await this.#call(
      ROOT,
      NAME,
      'AddAndActivateConnection2',
      z.tuple([path, path, z.unknown()]),
      'a{sa{sv}}ooa{sv}',
      [profile, '/', '/', LIFETIME],
    );
    return answer.ok ? ok(answer.value[1]) : answer;
  }

  /** Gives the object path. */
  async addInMemory(profile: ProfileSettings): Promise<Result<string, BusProblem>> {
    const body = [profile, IN_MEMORY, {}];
    const schema = z.tuple([path, z.unknown()]);
    const added = await this.#call(
      SETTINGS,
      `${NAME}.Settings`,
      'AddConnection2',
      schema,
      'a{sa{sv}}ua{sv}',
      body,
    );
    return added.ok ? ok(added.value[0]) : added;
  }

  /** Whatever its path is by now. Gives whether there is none any more. */
  async deleteProfileOf(uuid: string): Promise<boolean> {
    const schema = z.tuple([path]);
    const found = await this.#call(SETTINGS, `${NAME}.Settings`, 'GetConnectionByUuid', schema, 's', [uuid]);
    if (!found.ok) return found.error.kind === 'error-reply';
    return (await this.deleteProfile(found.value[0])).ok;
  }

  deleteProfile(profile: string): Promise<Result<unknown, BusProblem>> {
    return this.#call(profile, PROFILE, 'Delete', nothing);
  }

  deactivate(active: string): Promise<Result<unknown, BusProblem>> {
    return this.#call(ROOT, NAME, 'DeactivateConnection', nothing, 'o', [active]);
  }

  activeState(active: string): Promise<Result<number, BusProblem>> {
    return this.#property(active, ACTIVE, 'State', z.number());
  }

  /** The object path of the activation whose profile has this UUID; undefined = there is none. */
  async findActive(uuid: string): Promise<Result<string | undefined, BusProblem>> {
    const active = await this.#property(ROOT, NAME, 'ActiveConnections', z.array(path));
    if (!active.ok) return active;
    for (const each of active.value) {
      const found = await this.#property(each, ACTIVE, 'Uuid', z.string());
      if (found.ok && found.value === uuid) return ok(each);
    }
    return ok(undefined);
  }

  async profiles(): Promise<Result<readonly string[], BusProblem>> {
    const answer = await this.#call(
      SETTINGS,
      `${NAME}.Settings`,
      'ListConnections',
      z.tuple([z.array(path)]),
    );
    return answer.ok ? ok(answer.value[0]) : answer;
  }

  /** Without its secrets. */
  async profileSettings(
    profile: string,
  ): Promise<Result<Readonly<Record<string, Readonly<Record<string, unknown>>>>, BusProblem>> {
    const answer = await this.#call(profile, PROFILE, 'GetSettings', settingsSchema);
    return answer.ok ? ok(answer.value[0]) : answer;
  }

  onActiveState(
    active: string,
    listener: (change: StateChange) => void,
  ): Promise<Result<() => void, BusProblem>> {
    const changes = { sender: NAME, interface: ACTIVE, member: 'StateChanged', path: active };
    const hear = (signal: BusSignal): void => {
      const parsed = stateChangeSchema.safeParse(signal.body);
      if (parsed.success) listener({ state: parsed.data[0], reason: parsed.data[1] });
    };
    return this.#bus.listen(changes, hear, this.#until);
  }

  /** NetworkManager has ended, or begun. */
  onRunning(listener: (isRunning: boolean) => void): Promise<Result<() => void, BusProblem>> {
    const changes = { sender: BUS, interface: BUS, member: 'NameOwnerChanged', arg0: NAME };
    const hear = (signal: BusSignal): void => {
      const parsed = ownerChangeSchema.safeParse(signal.body);
      if (parsed.success) listener(parsed.data[2] !== '');
    };
    return this.#bus.listen(changes, hear, this.#until);
  }

  close(): void {
    this.#bus.close();
  }

  #call<T>(
    objectPath: string,
    iface: string,
    member: string,
    schema: z.ZodType<T>,
    signature = '',
    body: readonly unknown[] = [],
  ): Promise<Result<T, BusProblem>> {
    return this.#bus.call(
      { destination: NAME, path: objectPath, interface: iface, member, signature, body },
      schema,
      this.#until,
    );
  }

  async #property<T>(
    objectPath: string,
    iface: string,
    name: string,
    schema: z.ZodType<T>,
  ): Promise<Result<T, BusProblem>> {
    const answer = await this.#call(objectPath, PROPERTIES, 'Get', propertySchema, 'ss', [iface, name]);
    if (!answer.ok) return answer;
    const parsed = schema.safeParse(answer.value[0]);
    return parsed.success ? ok(parsed.data) : err({ kind: 'malformed', detail: `${iface}.${name}` });
  }
}
