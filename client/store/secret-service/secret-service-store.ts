import { err, ok, type Result } from '../../../shared/result.ts';
import type { SecretProblem } from '../../../shared/secret-problem.ts';
import { connectBus } from '../../dbus/message-bus.ts';
import type { KeptSecret, SecretName, SecretStore } from '../secret-store.ts';
import { secretProblemOf } from './service-names.ts';
import type { Attributes, ServiceSession } from './service-session.ts';

type Outcome<T> = Result<T, SecretProblem>;

export interface SecretServiceOptions {
  /** Of the session bus, as in DBUS_SESSION_BUS_ADDRESS. */
  readonly address: string;
  /** What people call the profile: it stands in their keyring program. */
  readonly nameOf: (profileId: string) => string | undefined;
  /** The keyring shows a question of its own, for its password. */
  readonly onQuestion?: (() => void) | undefined;
  /** Milliseconds for each answer that needs no person. */
  readonly deadline?: number;
}

const DEADLINE = 5_000;
const APPLICATION = 'smart-vpn-client';
/** Locked items are looked for one profile at a time; beyond this many they are not listed. */
const MOST_LOOKED_FOR = 200;
const NAMES: readonly SecretName[] = ['password', 'motp-secret'];
const WORDS: Readonly<Record<SecretName, string>> = { password: 'password', 'motp-secret': 'mOTP secret' };

/**
 * Secrets in the desktop's keyring, by its Secret Service. Each call has a connection of its own: there are few of them, nothing
 * runs in between, and a keyring or a bus that was started again meanwhile is simply met anew.
 */
export class SecretServiceStore implements SecretStore {
  readonly protection = 'system';
  readonly #options: SecretServiceOptions;

  constructor(options: SecretServiceOptions) {
    this.#options = options;
  }

  get(profileId: string, name: SecretName): Promise<Outcome<string | undefined>> {
    return this.#during(async (session): Promise<Outcome<string | undefined>> => {
      const found = await session.search(attributesOf(profileId, name));
      if (!found.ok) return found;
      const { unlocked, locked } = found.value;
      const [item = locked[0]] = unlocked;
      if (item === undefined) return ok(undefined);
      if (unlocked.length === 0) {
        const opened = await session.unlock([item]);
        if (!opened.ok) return opened;
      }
      return session.read(item);
    });
  }

  set(profileId: string, name: SecretName, secret: string): Promise<Outcome<void>> {
    const profile = this.#options.nameOf(profileId) ?? profileId;
    const label = `Smart VPN Client: ${profile}, ${WORDS[name]}`;
    return this.#during((session) => session.keep(label, attributesOf(profileId, name), secret));
  }

  remove(profileId: string, name?: SecretName): Promise<Outcome<void>> {
    return this.#during((session) => remove(session, attributesOf(profileId, name)));
  }

  forget(profileId: string): Promise<Outcome<void>> {
    return this.#during((session) => remove(session, attributesOf(profileId)), 'nobody is asked');
  }

  list(profileIds: readonly string[]): Promise<Outcome<readonly KeptSecret[]>> {
    return this.#during(async (session) => {
      const found = await session.search({ application: APPLICATION });
      if (!found.ok) return found;
      const { unlocked, locked } = found.value;
      const attributes = await Promise.all(unlocked.map((item) => session.attributes(item)));
      const open = attributes.flatMap((got) => (got.ok ? secretIn(got.value) : []));
      return locked.length === 0 ? ok(open) : withLocked(session, open, profileIds);
    });
  }

  async #during<T>(
    work: (session: ServiceSession) => Promise<Outcome<T>>,
    manner?: 'nobody is asked',
  ): Promise<Outcome<T>> {
    const { address, deadline = DEADLINE, onQuestion } = this.#options;
    const bus = await connectBus({ address, deadline });
    if (!bus.ok) return err(secretProblemOf(bus.error));
    try {
      const { ServiceSession } = await import('./service-session.ts');
      const session = await ServiceSession.open(bus.value, manner ?? onQuestion);
      return session.ok ? await work(session.value) : session;
    } finally {
      bus.value.close();
    }
  }
}

async function remove(session: ServiceSession, attributes: Attributes): Promise<Outcome<void>> {
  const found = await session.search(attributes);
  if (!found.ok) return found;
  const { unlocked, locked } = found.value;
  const opened = await session.unlock(locked);
  if (!opened.ok) return opened;
  for (const item of [...unlocked, ...locked]) {
    const removed = await session.remove(item);
    if (!removed.ok) return removed;
  }
  return ok(undefined);
}

/** A locked keyring tells nobody whose its items are, but finds those that it is asked for. */
async function withLocked(
  session: ServiceSession,
  open: readonly KeptSecret[],
  profileIds: readonly string[],
): Promise<Outcome<readonly KeptSecret[]>> {
  const wanted = profileIds
    .slice(0, MOST_LOOKED_FOR)
    .flatMap((profileId) => NAMES.map((name) => ({ profileId, name })))
    .filter(
      ({ profileId, name }) => !open.some((kept) => kept.profileId === profileId && kept.name === name),
    );
  const searches = await Promise.all(
    wanted.map(async (secret) => {
      const found = await session.search(attributesOf(secret.profileId, secret.name));
      return found.ok && found.value.locked.length > 0 ? [secret] : [];
    }),
  );
  return ok([...open, ...searches.flat()]);
}

function attributesOf(profileId: string, name?: SecretName): Attributes {
  const ofProfile = { application: APPLICATION, profile: profileId };
  return name === undefined ? ofProfile : { ...ofProfile, secret: name };
}

function secretIn({ profile, secret }: Attributes): readonly KeptSecret[] {
  const name = NAMES.find((known) => known === secret);
  return profile === undefined || name === undefined ? [] : [{ profileId: profile, name }];
}
