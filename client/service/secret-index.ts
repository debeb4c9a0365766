import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { Result } from '../../shared/result.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import type { KeptSecret, SecretName, SecretStore } from '../store/secret-store.ts';

type Keeps = ProfileView['keeps'];

const BOTH: readonly SecretName[] = ['password', 'motp-secret'];

/**
 * A secret store that knows what it keeps without asking the keyring, because a list of profiles shows it for
 * each. Nothing here hands a secret to anybody but the connection that needs it.
 */
export class SecretIndex implements SecretStore {
  readonly #secrets: SecretStore;
  readonly #onChange: () => void;
  readonly #kept = new Map<string, Set<SecretName>>();

  private constructor(secrets: SecretStore, kept: readonly KeptSecret[], onChange: () => void) {
    this.#secrets = secrets;
    this.#onChange = onChange;
    for (const { profileId, name } of kept) this.#note(profileId, name, true);
  }

  /** `tell` hears why the keyring cannot say what it keeps. */
  static async open(
    secrets: SecretStore,
    profileIds: readonly string[],
    onChange: () => void,
    tell: (problem: SecretProblem) => void,
  ): Promise<SecretIndex> {
    const listed = await secrets.list(profileIds);
    if (!listed.ok) tell(listed.error);
    return new SecretIndex(secrets, listed.ok ? listed.value : [], onChange);
  }

  get protection(): SecretStore['protection'] {
    return this.#secrets.protection;
  }

  keeps(profileId: string): Keeps {
    const names = this.#kept.get(profileId);
    return { password: names?.has('password') ?? false, motpSecret: names?.has('motp-secret') ?? false };
  }

  get(profileId: string, name: SecretName): Promise<Result<string | undefined, SecretProblem>> {
    return this.#secrets.get(profileId, name);
  }

  async set(profileId: string, name: SecretName, secret: string): Promise<Result<void, SecretProblem>> {
    const set = await this.#secrets.set(profileId, name, secret);
    if (set.ok) this.#noteAndTell(profileId, name, true);
    return set;
  }

  async remove(profileId: string, name?: SecretName): Promise<Result<void, SecretProblem>> {
    const removed = await this.#secrets.remove(profileId, name);
    if (removed.ok) this.#noteGone(profileId, name === undefined ? BOTH : [name]);
    return removed;
  }

  async forget(profileId: string): Promise<Result<void, SecretProblem>> {
    const forgotten = await this.#secrets.forget(profileId);
    if (forgotten.ok) this.#noteGone(profileId, BOTH);
    return forgotten;
  }

  list(profileIds: readonly string[]): Promise<Result<readonly KeptSecret[], SecretProblem>> {
    return this.#secrets.list(profileIds);
  }

  #noteGone(profileId: string, names: readonly SecretName[]): void {
    for (const name of names) this.#noteAndTell(profileId, name, false);
  }

  #noteAndTell(profileId: string, name: SecretName, isKept: boolean): void {
    if (this.#note(profileId, name, isKept)) this.#onChange();
  }

  /** Whether that is news. */
  #note(profileId: string, name: SecretName, isKept: boolean): boolean {
    const names = this.#kept.get(profileId) ?? new Set<SecretName>();
    if (names.has(name) === isKept) return false;
    if (isKept) this.#kept.set(profileId, names.add(name));
    else names.delete(name);
    if (names.size === 0) this.#kept.delete(profileId);
    return true;
  }
}
