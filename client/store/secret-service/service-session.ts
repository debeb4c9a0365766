import { Variant } from '@jellybrick/dbus-next';
import { z } from 'zod';
import { err, ok, type Result } from '../../../shared/result.ts';
import type { SecretProblem } from '../../../shared/secret-problem.ts';
import type { BusCall, BusProblem, MessageBus } from '../../dbus/message-bus.ts';
import { awaitPrompt } from './prompt.ts';
import { NO_OBJECT, objectPathSchema, SERVICE, SERVICE_PATH, secretProblemOf } from './service-names.ts';
import {
  ENCRYPTED_ALGORITHM,
  offerKey,
  PLAIN_ALGORITHM,
  plainTransfer,
  type SecretTransfer,
} from './secret-transfer.ts';

type Outcome<T> = Result<T, SecretProblem>;
export type Attributes = Readonly<Record<string, string>>;

/** Hears when the service asks its user; or what needs a question is not done. */
export type OnQuestion = (() => void) | 'nobody is asked' | undefined;

export interface FoundItems {
  readonly unlocked: readonly string[];
  readonly locked: readonly string[];
}

const SERVICE_INTERFACE = 'org.freedesktop.Secret.Service';
const COLLECTION_INTERFACE = 'org.freedesktop.Secret.Collection';
const ITEM_INTERFACE = 'org.freedesktop.Secret.Item';
const PROPERTIES = 'org.freedesktop.DBus.Properties';

const bytesSchema = z.custom<Buffer>((value) => Buffer.isBuffer(value));
const variantOf = <T>(schema: z.ZodType<T>) =>
  z.instanceof(Variant).transform((variant, context): T => {
    const parsed = schema.safeParse(variant.value);
    if (parsed.success) return parsed.data;
    context.addIssue('not of that type');
    return z.NEVER;
  });
const foundSchema = z
  .tuple([z.array(objectPathSchema), z.array(objectPathSchema)])
  .transform(([unlocked, locked]): FoundItems => ({ unlocked, locked }));
/** (session, parameters, value, content type) */
const secretSchema = z.tuple([z.tuple([objectPathSchema, bytesSchema, bytesSchema, z.string()])]);
const unlockedSchema = z.tuple([z.array(objectPathSchema), objectPathSchema]);

/**
 * The Secret Service API (org.freedesktop.secrets, version 0.2) as gnome-keyring, KWallet and KeePassXC speak it, over
 * one connection. Questions of the keyring's own, for its password, are waited for.
 */
export class ServiceSession {
  readonly #bus: MessageBus;
  readonly #session: string;
  readonly #transfer: SecretTransfer;
  readonly #onQuestion: OnQuestion;

  private constructor(bus: MessageBus, session: string, transfer: SecretTransfer, onQuestion: OnQuestion) {
    this.#bus = bus;
    this.#session = session;
    this.#transfer = transfer;
    this.#onQuestion = onQuestion;
  }

  /** Encrypted, unless the service cannot. */
  static async open(bus: MessageBus, onQuestion?: OnQuestion): Promise<Outcome<ServiceSession>> {
    const offer = offerKey();
    const opened = await bus.call(
      openSession(ENCRYPTED_ALGORITHM, new Variant('ay', offer.publicKey)),
      z.tuple([variantOf(bytesSchema), objectPathSchema]),
    );
    if (opened.ok) {
      const [theirs, path] = opened.value;
      const agreed = offer.agree(theirs);
      return agreed.ok
        ? ok(new ServiceSession(bus, path, agreed.value, onQuestion))
        : err({ reason: 'refused', detail: agreed.error });
    }
    if (!isNotSupported(opened.error)) return err(secretProblemOf(opened.error));
    const plain = await bus.call(
      openSession(PLAIN_ALGORITHM, new Variant('s', '')),
      z.tuple([z.unknown(), objectPathSchema]),
    );
    return plain.ok
      ? ok(new ServiceSession(bus, plain.value[1], plainTransfer, onQuestion))
      : err(secretProblemOf(plain.error));
  }

  /** Those that have all of the attributes. */
  search(attributes: Attributes): Promise<Outcome<FoundItems>> {
    return this.#call(toService('SearchItems', 'a{ss}', attributes), foundSchema);
  }

  /** Of a locked item a keyring may not know its attributes, but hashes of them. */
  async attributes(item: string): Promise<Outcome<Attributes>> {
    const got = await this.#call(
      property(item, ITEM_INTERFACE, 'Attributes'),
      z.tuple([variantOf(z.record(z.string(), z.string()))]),
    );
    return got.ok ? ok(got.value[0]) : got;
  }

  async read(item: string): Promise<Outcome<string>> {
    const got = await this.#call(
      { ...of(item, ITEM_INTERFACE, 'GetSecret'), signature: 'o', body: [this.#session] },
      secretSchema,
    );
    if (!got.ok) return got;
    const [[, parameters, value]] = got.value;
    const unsealed = this.#transfer.unseal({ parameters, value });
    return unsealed.ok ? unsealed : err({ reason: 'refused', detail: unsealed.error });
  }

  /** In place of the one with these very attributes. */
  async keep(label: string, attributes: Attributes, secret: string): Promise<Outcome<void>> {
    const collection = await this.#defaultCollection();
    if (!collection.ok) return collection;
    const unlocked = await this.unlock([collection.value]);
    if (!unlocked.ok) return unlocked;
    const { parameters, value } = this.#transfer.seal(secret);
    const properties = {
      [`${ITEM_INTERFACE}.Label`]: new Variant('s', label),
      [`${ITEM_INTERFACE}.Attributes`]: new Variant('a{ss}', attributes),
    };
    const created = await this.#call(
      {
        ...of(collection.value, COLLECTION_INTERFACE, 'CreateItem'),
        signature: 'a{sv}(oayays)b',
        body: [properties, [this.#session, parameters, value, 'text/plain; charset=utf8'], true],
      },
      z.tuple([objectPathSchema, objectPathSchema]),
    );
    if (!created.ok) return created;
    const prompted = await this.#prompted(created.value[1]);
    return prompted.ok ? ok(undefined) : prompted;
  }

  async remove(item: string): Promise<Outcome<void>> {
    const removed = await this.#call(of(item, ITEM_INTERFACE, 'Delete'), z.tuple([objectPathSchema]));
    if (!removed.ok) return removed;
    const prompted = await this.#prompted(removed.value[0]);
    return prompted.ok ? ok(undefined) : prompted;
  }

  /** Resolves when all of them, items or collections, are unlocked: the user may be asked. */
  async unlock(objects: readonly string[]): Promise<Outcome<void>> {
    if (objects.length === 0) return ok(undefined);
    const asked = await this.#call(toService('Unlock', 'ao', objects), unlockedSchema);
    if (!asked.ok) return asked;
    const [, prompt] = asked.value;
    const prompted = await this.#prompted(prompt);
    return prompted.ok ? ok(undefined) : prompted;
  }

  /** Made, with a password that the user is asked for, where there is none yet. */
  async #defaultCollection(): Promise<Outcome<string>> {
    const alias = await this.#call(toService('ReadAlias', 's', 'default'), z.tuple([objectPathSchema]));
    if (!alias.ok) return alias;
    if (alias.value[0] !== NO_OBJECT) return ok(alias.value[0]);
    const label = { [`${COLLECTION_INTERFACE}.Label`]: new Variant('s', 'Default keyring') };
    const created = await this.#call(
      toService('CreateCollection', 'a{sv}s', label, 'default'),
      z.tuple([objectPathSchema, objectPathSchema]),
    );
    if (!created.ok) return created;
    const [collection, prompt] = created.value;
    if (prompt === NO_OBJECT) return ok(collection);
    const prompted = await this.#prompted(prompt);
    if (!prompted.ok) return prompted;
    const made = variantOf(objectPathSchema).safeParse(prompted.value);
    return made.success ? ok(made.data) : err({ reason: 'refused', detail: 'no collection was made' });
  }

  #prompted(prompt: string): Promise<Outcome<unknown>> {
    if (prompt === NO_OBJECT) return Promise.resolve(ok(undefined));
    if (this.#onQuestion === 'nobody is asked') {
      return Promise.resolve(err({ reason: 'stayed-locked', detail: 'nobody was to be asked' }));
    }
    this.#onQuestion?.();
    return awaitPrompt(this.#bus, prompt);
  }

  async #call<T>(call: BusCall, schema: z.ZodType<T>): Promise<Outcome<T>> {
    const answered = await this.#bus.call(call, schema);
    return answered.ok ? answered : err(secretProblemOf(answered.error));
  }
}

function of(path: string, iface: string, member: string): BusCall {
  return { destination: SERVICE, path, interface: iface, member };
}

function toService(member: string, signature: string, ...body: readonly unknown[]): BusCall {
  return { ...of(SERVICE_PATH, SERVICE_INTERFACE, member), signature, body };
}

function property(path: string, iface: string, name: string): BusCall {
  return { ...of(path, PROPERTIES, 'Get'), signature: 'ss', body: [iface, name] };
}

function openSession(algorithm: string, input: Variant): BusCall {
  return toService('OpenSession', 'sv', algorithm, input);
}

function isNotSupported(problem: BusProblem): boolean {
  return problem.kind === 'error-reply' && problem.name === 'org.freedesktop.DBus.Error.NotSupported';
}
