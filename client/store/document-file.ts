import { constants, copyFile, lstat, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../shared/error-code.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { StoreProblem } from '../../shared/store-problem.ts';
import { readTextFile, syncFile, syncFolder, writeFileAtomically } from './atomic-file.ts';
import type { FolderLock } from './folder-lock.ts';
import {
  readDocument,
  writeDocument,
  type Decoded,
  type DocumentFault,
  type DocumentFormat,
} from './versioned-document.ts';

/** Ten times what ten thousand profiles take. */
const MAXIMUM_BYTES = 64 * 1024 * 1024;

export interface DocumentFileOptions<T> {
  readonly folder: string;
  readonly format: DocumentFormat<T>;
  readonly lock: FolderLock;
  /** Names the copies of what was set aside. */
  readonly now: () => Date;
  /** Told of everything that was found wrong and how it was dealt with. */
  readonly report: (problem: StoreProblem) => void;
}

/**
 * One document in one file, which other processes may change too. `value` is what was read last;
 * `update` reads again under the lock before it writes, so nobody's change is undone.
 *
 * A file that cannot be understood is set aside, and what is held in memory goes on. While that is
 * impossible (it cannot be read, or not be moved) nothing is written: it is never overwritten.
 */
export class DocumentFile<T> {
  readonly path: string;
  readonly #options: DocumentFileOptions<T>;
  #value: T;
  /** What `value` was read from, to know whether the file has changed. */
  #text: string | undefined;
  /** Why nothing may be written now. */
  #refusal: StoreProblem | undefined;

  constructor(options: DocumentFileOptions<T>) {
    this.path = join(options.folder, `${options.format.name}.json`);
    this.#options = options;
    this.#value = options.format.empty;
  }

  get value(): T {
    return this.#value;
  }

  /** Reads the file if it has changed. What is wrong with it is reported, not returned. */
  async refresh(): Promise<void> {
    const understood = await this.#read('look only');
    if (understood) return;
    const done = await this.#options.lock.run(async (): Promise<Result<boolean, never>> =>
      ok(await this.#read('set aside')),
    );
    // without the lock it stays where it is, and is not written to
    if (!done.ok && !(await this.#read('leave in place'))) this.#options.report(done.error);
  }

  /** `change` gets the newest value; when it returns that very value nothing is written. */
  update<E>(change: (current: T) => Result<T, E>): Promise<Result<T, E | StoreProblem>> {
    return this.#options.lock.run(async (): Promise<Result<T, E | StoreProblem>> => {
      await this.#read('set aside');
      if (this.#refusal !== undefined) return err(this.#refusal);
      const changed = change(this.#value);
      if (!changed.ok || changed.value === this.#value) return changed;
      const written = await this.#write(changed.value);
      return written.ok ? changed : written;
    });
  }

  async #write(value: T): Promise<Result<void, StoreProblem>> {
    const text = writeDocument(this.#options.format, value);
    const written = await writeFileAtomically(this.path, text);
    if (!written.ok) return written;
    this.#value = value;
    this.#text = text;
    return ok(undefined);
  }

  /** Whether the file was understood as a whole. `look only` reports nothing and changes nothing on disk. */
  async #read(mode: 'look only' | 'set aside' | 'leave in place'): Promise<boolean> {
    const text = await readTextFile(this.path, MAXIMUM_BYTES);
    if (!text.ok) {
      if (mode !== 'look only') this.#refuse(text.error);
      return false;
    }
    if (text.value === undefined) {
      this.#text = undefined;
      this.#refusal = undefined;
      return true;
    }
    if (text.value === this.#text && this.#refusal === undefined) return true;
    const document = readDocument(this.#options.format, text.value);
    if (document.ok && document.value.faults.length === 0) {
      this.#accept(document.value.value, text.value);
      return true;
    }
    if (mode !== 'look only') await this.#rescue(document, mode === 'set aside');
    return false;
  }

  #accept(value: T, text: string | undefined): void {
    this.#value = value;
    this.#text = text;
    this.#refusal = undefined;
  }

  #refuse(problem: StoreProblem): void {
    const known = JSON.stringify(this.#refusal) === JSON.stringify(problem);
    this.#refusal = problem;
    this.#text = undefined;
    if (!known) this.#options.report(problem);
  }

  async #rescue(document: Result<Decoded<T>, DocumentFault>, mayMove: boolean): Promise<void> {
    if (document.ok) await this.#rescueParts(document.value, mayMove);
    else await this.#rescueWhole(document.error, mayMove);
  }

  /** What can be read goes on in the file's place; the file as it was is kept beside it. */
  async #rescueParts(decoded: Decoded<T>, mayMove: boolean): Promise<void> {
    const problem = { kind: 'partly-damaged', ...this.#place(), faults: decoded.faults } as const;
    this.#value = decoded.value;
    const keptAs = mayMove ? await this.#keep('damaged', copyAside) : undefined;
    if (keptAs === undefined) return this.#refuse({ ...problem, keptAs });
    const written = await this.#write(decoded.value);
    if (!written.ok) return this.#refuse(written.error);
    this.#refusal = undefined;
    this.#options.report({ ...problem, keptAs });
  }

  async #rescueWhole(fault: DocumentFault, mayMove: boolean): Promise<void> {
    const label = fault.kind === 'damaged' ? 'damaged' : `version-${fault.version}`;
    const keptAs = mayMove ? await this.#keep(label, moveAside) : undefined;
    const problem = { ...fault, ...this.#place(), keptAs };
    if (keptAs === undefined) return this.#refuse(problem);
    this.#text = undefined;
    this.#refusal = undefined;
    this.#options.report(problem);
  }

  #place(): { document: DocumentFormat<T>['name']; path: string } {
    return { document: this.#options.format.name, path: this.path };
  }

  /** Where the file is kept now; undefined when that could not be done. Nothing there is overwritten. */
  async #keep(label: string, aside: typeof moveAside): Promise<string | undefined> {
    // ISO 8601's basic format: colons may not stand in file names everywhere
    const time = this.#options.now().toISOString().replace(/[-:]/g, '');
    for (let attempt = 1; attempt <= 100; attempt += 1) {
      const suffix = attempt === 1 ? '' : `-${attempt}`;
      const kept = this.path.replace(/\.json$/, `.${label}-${time}${suffix}.json`);
      const outcome = await aside(this.path, kept);
      if (outcome !== 'taken') return outcome === 'done' ? kept : undefined;
    }
    return undefined;
  }
}

async function moveAside(path: string, kept: string): Promise<'done' | 'taken' | 'failed'> {
  try {
    // the lock is held: nothing of ours takes the name between these two
    if (await exists(kept)) return 'taken';
    await rename(path, kept);
    await syncFolder(dirname(kept));
    return 'done';
  } catch {
    return 'failed';
  }
}

async function copyAside(path: string, kept: string): Promise<'done' | 'taken' | 'failed'> {
  try {
    await copyFile(path, kept, constants.COPYFILE_EXCL);
  } catch (error) {
    return errorCode(error) === 'EEXIST' ? 'taken' : 'failed';
  }
  try {
    // the original is about to be replaced: its copy must be on the disk by then
    await syncFile(kept);
    await syncFolder(dirname(kept));
    return 'done';
  } catch {
    await rm(kept, { force: true }).catch(() => undefined);
    return 'failed';
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
