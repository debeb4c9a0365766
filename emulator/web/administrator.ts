import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { parseJson, readStateFile, setAside, writeStateFile } from '../state-file.ts';

export const ADMINISTRATOR = 'admin';
export const MINIMUM_PASSWORD_LENGTH = 10;
export const MAXIMUM_PASSWORD_LENGTH = 128;

/** scrypt (RFC 7914) with 32 MiB, a tenth of a second or so. */
const COST = { N: 32_768, r: 8, p: 1 } as const;
const KEY_LENGTH = 32;

/** `<folder>/administrator.json`, mode 0600: no password, only what checks one. */
const fileSchema = z.object({
  version: z.literal(1),
  N: z.number().int().min(2).max(1_048_576),
  r: z.number().int().min(1).max(32),
  p: z.number().int().min(1).max(16),
  salt: z.base64(),
  key: z.base64(),
});

type StoredPassword = z.infer<typeof fileSchema>;

/** Passwords are tried one after the other, so that brute force protection sees each result before the next try. */
const MAXIMUM_WAITING = 16;

export type PasswordVerdict = 'right' | 'wrong' | 'not-now' | 'busy';

export interface OpenedAdministrator {
  readonly administrator: Administrator;
  /** Made right now because there was none: to be shown once, and kept nowhere. */
  readonly firstPassword: string | undefined;
  /**
   * Stores the administrator just made. To be called when the first password can be shown: one that nobody
   * has seen would lock everybody out. Rejects with the system's error.
   */
  readonly keep: () => Promise<void>;
  readonly problems: readonly string[];
}

/** The administrator of the state folder; without a folder one that lives as long as the process. */
export async function openAdministrator(
  folder: string | undefined,
  now: number = Date.now(),
): Promise<OpenedAdministrator> {
  const problems: string[] = [];
  const path = folder === undefined ? undefined : join(folder, 'administrator.json');
  const stored = path === undefined ? undefined : await readPassword(path, now, problems);
  if (stored !== undefined) {
    const administrator = new Administrator(path, stored);
    return { administrator, firstPassword: undefined, keep: () => Promise.resolve(), problems };
  }
  const firstPassword = makePassword(randomBytes);
  const made = await deriveNew(firstPassword);
  const administrator = new Administrator(path, made);
  return { administrator, firstPassword, keep: () => store(path, made), problems };
}

export class Administrator {
  readonly #path: string | undefined;
  #password: StoredPassword;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(path: string | undefined, password: StoredPassword) {
    this.#path = path;
    this.#password = password;
  }

  /**
   * `mayTry` is asked when it is this one's turn. The work is the same for a user name that does not
   * exist, so that its time tells nothing.
   */
  check(userName: string, password: string, mayTry: () => boolean): Promise<PasswordVerdict> {
    if (this.#waiting >= MAXIMUM_WAITING) return Promise.resolve('busy');
    this.#waiting += 1;
    const verdict = this.#last.then(async (): Promise<PasswordVerdict> => {
      this.#waiting -= 1;
      if (!mayTry()) return 'not-now';
      return (await this.#isRight(userName, password)) ? 'right' : 'wrong';
    });
    this.#last = verdict.catch(() => undefined);
    return verdict;
  }

  /** Rejects when it cannot be written; the old one holds then. */
  async change(password: string): Promise<void> {
    const made = await deriveNew(password);
    await store(this.#path, made);
    this.#password = made;
  }

  async #isRight(userName: string, password: string): Promise<boolean> {
    const { salt, key, N, r, p } = this.#password;
    const derived = await derive(password, Buffer.from(salt, 'base64'), { N, r, p });
    const isPassword = timingSafeEqual(derived, Buffer.from(key, 'base64'));
    return userName === ADMINISTRATOR && isPassword;
  }
}

/** Without those that look alike: it is read from a terminal and typed. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** Sixteen random signs in four groups: 79 bits. */
export function makePassword(random: (length: number) => Uint8Array): string {
  let text = '';
  while (text.length < 16) {
    for (const byte of random(16)) {
      const sign = SIGNS[byte & 31];
      // one of the 32 values has no sign: drawn again, so that all are equally likely
      if (sign !== undefined && text.length < 16) text += sign;
    }
  }
  return text.match(/.{4}/g)?.join('-') ?? text;
}

function derive(
  password: string,
  salt: Uint8Array,
  cost: { readonly N: number; readonly r: number; readonly p: number },
): Promise<Buffer> {
  const options = { ...cost, maxmem: 256 * cost.N * cost.r };
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, KEY_LENGTH, options, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

async function deriveNew(password: string): Promise<StoredPassword> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return { version: 1, ...COST, salt: salt.toString('base64'), key: key.toString('base64') };
}

async function store(path: string | undefined, password: StoredPassword): Promise<void> {
  if (path !== undefined) await writeStateFile(path, `${JSON.stringify(password, undefined, 2)}\n`);
}

async function readPassword(
  path: string,
  now: number,
  problems: string[],
): Promise<StoredPassword | undefined> {
  const text = await readStateFile(path);
  if (text === undefined) return undefined;
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success && Buffer.from(parsed.data.key, 'base64').length === KEY_LENGTH) return parsed.data;
  problems.push(
    `The administrator's file was damaged and has been set aside as ${await setAside(path, now)}`,
  );
  return undefined;
}
