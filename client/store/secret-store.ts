import { ok, type Result } from '../../shared/result.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';

export type SecretName = 'password' | 'motp-secret';

/**
 * Where passwords and mOTP secrets are kept; PINs and codes never are. Profiles hold none of them, so
 * that they can be listed, exported and shown.
 */
export interface SecretStore {
  /**
   * How well they are kept: by the system's keyring, in this process's memory until it ends, or
   * in a file that anyone with the disk can read.
   */
  readonly protection: 'none' | 'system' | 'memory';
  /** Undefined: it is not kept. A locked keyring asks its user, for as long as that takes. */
  get(profileId: string, name: SecretName): Promise<Result<string | undefined, SecretProblem>>;
  set(profileId: string, name: SecretName, secret: string): Promise<Result<void, SecretProblem>>;
  /** Forgets everything of a profile, or the one that is named. A locked keyring asks its user. */
  remove(profileId: string, name?: SecretName): Promise<Result<void, SecretProblem>>;
  /** Everything of a profile, without a question to anybody: what a locked keyring has stays (`stayed-locked`). */
  forget(profileId: string): Promise<Result<void, SecretProblem>>;
  /**
   * What is kept, without reading it: a keyring asks nobody for that. A locked one may know of no others than those of
   * `profileIds`.
   */
  list(profileIds: readonly string[]): Promise<Result<readonly KeptSecret[], SecretProblem>>;
}

export interface KeptSecret {
  readonly profileId: string;
  readonly name: SecretName;
}

/** Forgets with the process: for asking every time. */
export class MemorySecretStore implements SecretStore {
  readonly protection = 'memory';
  readonly #secrets = new Map<string, Map<SecretName, string>>();

  get(profileId: string, name: SecretName): Promise<Result<string | undefined, SecretProblem>> {
    return Promise.resolve(ok(this.#secrets.get(profileId)?.get(name)));
  }

  set(profileId: string, name: SecretName, secret: string): Promise<Result<void, SecretProblem>> {
    const ofProfile = this.#secrets.get(profileId) ?? new Map<SecretName, string>();
    this.#secrets.set(profileId, ofProfile.set(name, secret));
    return Promise.resolve(ok(undefined));
  }

  remove(profileId: string, name?: SecretName): Promise<Result<void, SecretProblem>> {
    if (name === undefined) this.#secrets.delete(profileId);
    else this.#secrets.get(profileId)?.delete(name);
    return Promise.resolve(ok(undefined));
  }

  forget(profileId: string): Promise<Result<void, SecretProblem>> {
    return this.remove(profileId);
  }

  list(): Promise<Result<readonly KeptSecret[], SecretProblem>> {
    const kept = Array.from(this.#secrets, ([profileId, ofProfile]) =>
      Array.from(ofProfile.keys(), (name) => ({ profileId, name })),
    );
    return Promise.resolve(ok(kept.flat()));
  }
}
