import { join } from 'node:path';
import { z } from 'zod';
import { assertNever } from '../shared/assert-never.ts';
import { MAXIMUM_USERS, type DialInUserInput, dialInUserSchema } from './dial-in-user.ts';
import { DialInUsers, type UserProblem } from './dial-in-users.ts';
import { parseJson, readStateFile, refusalText, setAside, writeStateFile } from './state-file.ts';

/** `<folder>/users.json`, mode 0600. Passwords stand in it in the clear: CHAP needs them. */
const usersFileSchema = z.object({ version: z.literal(1), users: z.array(dialInUserSchema).max(500) });

export interface OpenedUsers {
  readonly users: DialInUsers;
  /** What was wrong with the file or the configuration, as sentences. */
  readonly problems: readonly string[];
  /** Resolves when every change so far is on disk. */
  saved(): Promise<void>;
}

/**
 * The users of the state folder, then those of the configuration: where both name the same user, the
 * configuration wins. Without a folder the table lives in memory. `failed` is told when a later write fails.
 */
export async function openDialInUsers(options: {
  readonly folder: string | undefined;
  readonly configured: readonly DialInUserInput[];
  readonly now: number;
  readonly failed: (problem: string) => void;
}): Promise<OpenedUsers> {
  const problems: string[] = [];
  const path = options.folder === undefined ? undefined : join(options.folder, 'users.json');
  let loading = true;
  let saved = Promise.resolve();
  const users = new DialInUsers(() => {
    if (!loading) save();
  });
  const save = () => {
    if (path === undefined) return;
    const text = `${JSON.stringify({ version: 1, users: users.list() }, undefined, 2)}\n`;
    saved = saved
      .then(() => writeStateFile(path, text))
      .catch((error: unknown) => options.failed(`The users could not be saved: ${refusalText(error)}`));
  };
  if (path !== undefined) {
    for (const user of await readUsers(path, options.now, problems)) users.add(user);
  }
  for (const user of options.configured) {
    const known = users.get(user.userName) !== undefined;
    const put = known ? users.replace(user.userName, user) : users.add(user);
    if (!put.ok) problems.push(`User ${user.userName} was left out: ${reasonText(put.error)}`);
  }
  loading = false;
  save();
  return { users, problems, saved: () => saved };
}

/** The end of a sentence. */
function reasonText(problem: UserProblem): string {
  switch (problem.kind) {
    case 'invalid':
      return problem.detail;
    case 'name-taken':
      return 'there is one of that name already';
    case 'index-taken':
      return `index ${problem.index} is another user’s`;
    case 'address-taken':
      return `${problem.address} is another user’s static address`;
    case 'table-full':
      return `there are ${MAXIMUM_USERS} users already`;
    case 'unknown-user':
      return 'there is none of that name';
    default:
      return assertNever(problem);
  }
}

async function readUsers(path: string, now: number, problems: string[]): Promise<readonly DialInUserInput[]> {
  const text = await readStateFile(path);
  if (text === undefined) return [];
  const parsed = usersFileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data.users;
  problems.push(`The users' file was damaged and has been set aside as ${await setAside(path, now)}`);
  return [];
}
