import { mkdir, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { readTextFile, writeFileAtomically } from '../client/store/atomic-file.ts';
import {
  MemorySecretStore,
  type KeptSecret,
  type SecretName,
  type SecretStore,
} from '../client/store/secret-store.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { SecretProblem } from '../shared/secret-problem.ts';

/** What is used of Electron's SafeStorage: its calls that do not block the window. */
export interface Encryption {
  isAsyncEncryptionAvailable(): Promise<boolean>;
  encryptStringAsync(plainText: string): Promise<Buffer>;
  decryptStringAsync(encrypted: Buffer): Promise<{ result: string; shouldReEncrypt: boolean }>;
  /** Linux only. */
  getSelectedStorageBackend(): string;
}

export interface SafeSecretOptions {
  readonly encryption: Encryption;
  readonly system: NodeJS.Platform;
  readonly path: string;
  /** Hears what is wrong with the keyring or the file. */
  readonly onProblem: (problem: SecretProblem) => void;
}

const keptSchema = z.object({
  profileId: z.string(),
  name: z.enum(['password', 'motp-secret']),
  /** What the system's encryption made of it. */
  encrypted: z.base64(),
});
type Kept = z.infer<typeof keptSchema>;
const fileSchema = z.object({ version: z.literal(1), secrets: z.array(keptSchema).max(100_000) });

const LARGEST_FILE = 64 * 1024 * 1024;

/**
 * Secrets encrypted by the system's keyring, in a file of ours. Where the keyring protects nothing they are
 * kept in memory until the program ends, and asked for again after that.
 */
export async function openSafeSecretStore(options: SafeSecretOptions): Promise<SecretStore> {
  const weakness = await weaknessOf(options);
  if (weakness !== undefined) {
    options.onProblem(weakness);
    return new MemorySecretStore();
  }
  const text = await readTextFile(options.path, LARGEST_FILE);
  if (!text.ok) {
    options.onProblem(refused(`The file of kept secrets could not be read (${text.error.kind})`));
    // It may be whole: it is not written over.
    return new MemorySecretStore();
  }
  const kept = text.value === undefined ? [] : secretsIn(text.value);
  if (kept === undefined) await setAside(options);
  return new SafeSecretStore(options, kept ?? []);
}

async function setAside({ path, onProblem }: SafeSecretOptions): Promise<void> {
  const keptAs = `${path}.damaged`;
  await rename(path, keptAs).catch(() => undefined);
  onProblem(refused(`The file of kept secrets was damaged (now ${keptAs}): passwords are asked for again`));
}

function secretsIn(text: string): Kept[] | undefined {
  try {
    const parsed = fileSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data.secrets : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined: secrets are safe with it. */
async function weaknessOf({ encryption, system }: SafeSecretOptions): Promise<SecretProblem | undefined> {
  try {
    if (!(await encryption.isAsyncEncryptionAvailable())) {
      return { reason: 'no-keyring', detail: 'encryption is not available' };
    }
    if (system === 'linux' && encryption.getSelectedStorageBackend() === 'basic_text') {
      return { reason: 'no-keyring', detail: 'what is called encryption (basic_text) protects nothing' };
    }
    return undefined;
  } catch (error) {
    return { reason: 'no-answer', detail: textOf(error) };
  }
}

class SafeSecretStore implements SecretStore {
  readonly protection = 'system';
  readonly #options: SafeSecretOptions;
  #kept: readonly Kept[];
  #turns: Promise<unknown> = Promise.resolve();

  constructor(options: SafeSecretOptions, kept: readonly Kept[]) {
    this.#options = options;
    this.#kept = kept;
  }

  async get(profileId: string, name: SecretName): Promise<Result<string | undefined, SecretProblem>> {
    const kept = this.#kept.find((secret) => isOf(secret, profileId, name));
    if (kept === undefined) return ok(undefined);
    try {
      const encrypted = Buffer.from(kept.encrypted, 'base64');
      const { result, shouldReEncrypt } = await this.#options.encryption.decryptStringAsync(encrypted);
      if (shouldReEncrypt) await this.set(profileId, name, result);
      return ok(result);
    } catch (error) {
      // A new keyring does not know the old one's key: the user is asked, and what is typed is kept anew.
      return err(refused(textOf(error)));
    }
  }

  async set(profileId: string, name: SecretName, secret: string): Promise<Result<void, SecretProblem>> {
    try {
      const encrypted = (await this.#options.encryption.encryptStringAsync(secret)).toString('base64');
      return await this.#change((kept) => [
        ...kept.filter((other) => !isOf(other, profileId, name)),
        { profileId, name, encrypted },
      ]);
    } catch (error) {
      return err(refused(textOf(error)));
    }
  }

  remove(profileId: string, name?: SecretName): Promise<Result<void, SecretProblem>> {
    return this.#change((kept) => kept.filter((secret) => !isOf(secret, profileId, name ?? secret.name)));
  }

  /** A file needs no unlocking. */
  forget(profileId: string): Promise<Result<void, SecretProblem>> {
    return this.remove(profileId);
  }

  list(): Promise<Result<readonly KeptSecret[], SecretProblem>> {
    return Promise.resolve(ok(this.#kept.map(({ profileId, name }) => ({ profileId, name }))));
  }

  /** One change after the other; what did not reach the disk is not remembered either. */
  #change(change: (kept: readonly Kept[]) => readonly Kept[]): Promise<Result<void, SecretProblem>> {
    const turn = this.#turns.then(async (): Promise<Result<void, SecretProblem>> => {
      const changed = change(this.#kept);
      const written = await this.#write(changed);
      if (written.ok) this.#kept = changed;
      return written;
    });
    this.#turns = turn;
    return turn;
  }

  async #write(secrets: readonly Kept[]): Promise<Result<void, SecretProblem>> {
    const { path } = this.#options;
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    } catch (error) {
      return err(refused(textOf(error)));
    }
    const written = await writeFileAtomically(
      path,
      `${JSON.stringify({ version: 1, secrets }, undefined, 1)}\n`,
    );
    if (written.ok) return ok(undefined);
    return err(refused(`${written.error.kind}: ${path}`));
  }
}

function isOf(secret: Kept, profileId: string, name: SecretName): boolean {
  return secret.profileId === profileId && secret.name === name;
}

function refused(detail: string): SecretProblem {
  return { reason: 'refused', detail };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
