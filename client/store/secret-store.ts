import { ok, type Result } from '../../shared/result.ts';

export type SecretName = 'password' | 'motp-secret';

/** The system's keyring is locked, missing, or said no. `detail` never holds a secret. */
export interface SecretProblem {
  readonly kind: 'secrets-unavailable';
  readonly detail: string;
}

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
  get(profileId: string, name: SecretName): Promise<string | undefined>;
  set(profileId: string, name: SecretName, secret: string): Promise<Result<void, SecretProblem>>;
  /** Forgets everything of a profile, or the one that is named. */
  remove(profileId: string, name?: SecretName): Promise<Result<void, SecretProblem>>;
  /** What is kept, without reading it: a keyring asks nobody for that. */
  list(): Promise<readonly KeptSecret[]>;
}

export interface KeptSecret {
  readonly profileId: string;
  readonly name: SecretName;
}

/** Forgets with the process: for asking every time, and for the command line. */
export class MemorySecretStore implements SecretStore {
  readonly protection = 'memory';
  readonly #secrets = new Map<string, Map<SecretName, string>>();

  get(profileId: string, name: SecretName): Promise<string | undefined> {
    return Promise.resolve(this.#secrets.get(profileId)?.get(name));
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

  list(): Promise<readonly KeptSecret[]> {
    const kept = Array.from(this.#secrets, ([profileId, ofProfile]) =>
      Array.from(ofProfile.keys(), (name) => ({ profileId, name })),
    );
    return Promise.resolve(kept.flat());
  }
}
