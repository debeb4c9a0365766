import { constants, open } from 'node:fs/promises';
import { constants as system } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { err, ok, type Result } from '../../shared/result.ts';
import type { FileProblem } from '../../shared/store-problem.ts';
import { fileProblem } from './atomic-file.ts';
import { makePrivateFolder, ownerToKeep } from './ownership.ts';

/**
 * One writer at a time in a folder, over all processes: flock(2) on a file in it. The kernel lets go
 * of it when its holder dies, however it dies, so there are no stale locks to guess about.
 */
const LOCK_EX = 2;
const LOCK_NB = 4;

/** Never through a link: root would make, and give away, a file wherever a user's link leads. */
const OPEN_FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW;

/** Far longer than a write takes: whoever waits so long is told. */
const PATIENCE_MILLISECONDS = 10_000;

/**
 * `unavailable`: a file system or a platform without flock. Work then goes on without a lock, because
 * each writer still reads the file again just before it writes; only that moment is unguarded.
 */
type Attempt = 'locked' | 'held-by-another' | 'unavailable';
type TryLock = (descriptor: number) => Attempt;

let tryLock: Promise<TryLock> | undefined;

/** Loaded at the first write only: most commands just read. */
async function loadTryLock(): Promise<TryLock> {
  try {
    const { default: koffi } = await import('koffi');
    // null: the symbols of the running program, which is linked to the C library, glibc or musl
    const flock = koffi.load(null).func('int flock(int descriptor, int operation)');
    return (descriptor) => {
      if (flock(descriptor, LOCK_EX | LOCK_NB) === 0) return 'locked';
      return koffi.errno() === system.errno.EWOULDBLOCK ? 'held-by-another' : 'unavailable';
    };
  } catch {
    return () => 'unavailable';
  }
}

export class FolderLock {
  readonly #path: string;
  readonly #patience: number;
  /** Writers of this process wait here in turn instead of polling against each other. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(folder: string, options: { patienceMilliseconds?: number } = {}) {
    this.#path = join(folder, '.lock');
    this.#patience = options.patienceMilliseconds ?? PATIENCE_MILLISECONDS;
  }

  /** Runs `action` while no other process runs one, in a folder made (mode 0700) if need be. Not to be called from inside `action`. */
  run<T, E>(action: () => Promise<Result<T, E>>): Promise<Result<T, E | FileProblem>> {
    const mine = this.#turn.then(() => this.#locked(action));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  async #locked<T, E>(action: () => Promise<Result<T, E>>): Promise<Result<T, E | FileProblem>> {
    let handle;
    try {
      await makePrivateFolder(dirname(this.#path));
      const owner = await ownerToKeep(this.#path);
      // the file stays: were it removed, two processes could hold locks on two files of its name
      handle = await open(this.#path, OPEN_FLAGS, 0o600);
      if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    } catch (error) {
      return err(fileProblem(this.#path, error));
    }
    try {
      const acquired = await this.#acquire(handle.fd);
      return acquired.ok ? await action() : acquired;
    } finally {
      await handle.close();
    }
  }

  async #acquire(descriptor: number): Promise<Result<void, FileProblem>> {
    tryLock ??= loadTryLock();
    const attempt = await tryLock;
    const deadline = performance.now() + this.#patience;
    while (attempt(descriptor) === 'held-by-another') {
      if (performance.now() >= deadline) return err({ kind: 'busy', path: this.#path });
      await wait(2 + Math.random() * 8);
    }
    return ok(undefined);
  }
}
