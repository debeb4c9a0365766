import { err, ok, type Result } from '../shared/result.ts';
import {
  MAXIMUM_USERS,
  type DialInUser,
  type DialInUserInput,
  dialInUserInputSchema,
} from './dial-in-user.ts';

/** Why a change to the table was refused. `detail` is a sentence for the person who typed it. */
export type UserProblem =
  | { readonly kind: 'invalid'; readonly detail: string }
  | { readonly kind: 'name-taken'; readonly userName: string }
  | { readonly kind: 'index-taken'; readonly index: number }
  | { readonly kind: 'address-taken'; readonly address: string }
  | { readonly kind: 'table-full' }
  | { readonly kind: 'unknown-user'; readonly userName: string };

/** The table of Remote Dial-in Users. Names, indexes and static addresses are unique. */
export class DialInUsers {
  readonly #byName = new Map<string, DialInUser>();
  readonly #changed: () => void;

  /** `changed` is called after each change, for example to write the table to disk. */
  constructor(changed: () => void = () => undefined) {
    this.#changed = changed;
  }

  /** In the order of the router's table. */
  list(): DialInUser[] {
    return [...this.#byName.values()].sort((a, b) => a.index - b.index);
  }

  get(userName: string): DialInUser | undefined {
    return this.#byName.get(userName);
  }

  isStaticAddress(address: string): boolean {
    for (const user of this.#byName.values()) {
      if (user.staticAddress === address) return true;
    }
    return false;
  }

  add(input: DialInUserInput): Result<DialInUser, UserProblem> {
    return this.#put(input, undefined);
  }

  /** Replaces the user of that name; the new name may differ. Without an index the old one is kept. */
  replace(userName: string, input: DialInUserInput): Result<DialInUser, UserProblem> {
    const old = this.#byName.get(userName);
    if (old === undefined) return err({ kind: 'unknown-user', userName });
    return this.#put({ ...input, index: input.index ?? old.index }, old);
  }

  remove(userName: string): boolean {
    const removed = this.#byName.delete(userName);
    if (removed) this.#changed();
    return removed;
  }

  #put(input: DialInUserInput, old: DialInUser | undefined): Result<DialInUser, UserProblem> {
    const parsed = dialInUserInputSchema.safeParse(input);
    if (!parsed.success) {
      return err({ kind: 'invalid', detail: parsed.error.issues.map((issue) => issue.message).join('; ') });
    }
    const others = this.list().filter((user) => user !== old);
    const index = parsed.data.index ?? firstFree(others);
    if (index === undefined) return err({ kind: 'table-full' });
    const user: DialInUser = { ...parsed.data, index };
    const clash = findClash(user, others);
    if (clash !== undefined) return err(clash);
    if (old !== undefined) this.#byName.delete(old.userName);
    this.#byName.set(user.userName, user);
    this.#changed();
    return ok(user);
  }
}

function findClash(user: DialInUser, others: readonly DialInUser[]): UserProblem | undefined {
  for (const other of others) {
    if (other.userName === user.userName) return { kind: 'name-taken', userName: user.userName };
    if (other.index === user.index) return { kind: 'index-taken', index: user.index };
    if (other.staticAddress !== undefined && other.staticAddress === user.staticAddress) {
      return { kind: 'address-taken', address: other.staticAddress };
    }
  }
  return undefined;
}

/** `users` stand in ascending order of index. */
function firstFree(users: readonly DialInUser[]): number | undefined {
  let free = 1;
  for (const user of users) {
    if (user.index !== free) break;
    free += 1;
  }
  return free <= MAXIMUM_USERS ? free : undefined;
}
