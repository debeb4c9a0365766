import { randomBytes, randomInt } from 'node:crypto';
import { z } from 'zod';
import { type CommandResult, fail } from '../command-failure.ts';
import type { Context } from '../context.ts';
import { readNamedFile } from '../named-file.ts';
import { type RouterConfig, routerConfigSchema } from '../../emulator/config.ts';
import { type DialInUserInput, dialInUserInputSchema } from '../../emulator/dial-in-user.ts';
import { generateMotpSecret } from '../../shared/otp/motp.ts';
import { ok } from '../../shared/result.ts';

/** What the options of `smartvpn router` say; they win over the configuration file. */
export interface RouterFlags {
  readonly config?: string;
  readonly listen?: string;
  readonly port?: number;
  readonly lan?: 'none' | 'built-in' | 'tun';
  readonly usersFile?: string;
  /** Undefined: nothing outlives the process. */
  readonly folder: string | undefined;
  readonly users: readonly DialInUserInput[];
}

/** Bytes: 500 users with all they may have take less than one million. */
const LARGEST_CONFIGURATION = 4_000_000;

/** The configuration file with the options over it, checked as a whole. */
export async function routerConfig(
  context: Context,
  flags: RouterFlags,
): Promise<CommandResult<RouterConfig>> {
  const file = flags.config === undefined ? ok({}) : await readConfigFile(context, flags.config);
  if (!file.ok) return file;
  const users = flags.usersFile === undefined ? ok([]) : await readUsersFile(context, flags.usersFile);
  if (!users.ok) return users;
  const parsed = routerConfigSchema.safeParse(merge(file.value, flags, users.value), { reportInput: false });
  if (parsed.success) return ok(parsed.data);
  return fail('usage', ...words(flags.config ?? 'The options', parsed.error));
}

function merge(
  file: Readonly<Record<string, unknown>>,
  flags: RouterFlags,
  users: readonly DialInUserInput[],
): Readonly<Record<string, unknown>> {
  const listen = recordSchema.catch({}).parse(file['listen']);
  const ownUsers = z.array(z.unknown()).catch([]).parse(file['users']);
  return {
    ...file,
    listen: {
      ...listen,
      ...(flags.listen === undefined ? {} : { host: flags.listen }),
      ...(flags.port === undefined ? {} : { port: flags.port }),
    },
    ...(flags.folder === undefined ? {} : { folder: flags.folder }),
    lan: lanOf(flags.lan, file['lan']),
    users: [...ownUsers, ...users, ...flags.users],
  };
}

/** A router that is tried out has something behind it, unless told otherwise. */
function lanOf(flag: RouterFlags['lan'], configured: unknown): unknown {
  if (flag !== undefined) return flag === 'none' ? 'none' : { kind: flag };
  return configured ?? { kind: 'built-in' };
}

const recordSchema = z.record(z.string(), z.unknown());

async function readConfigFile(
  context: Context,
  path: string,
): Promise<CommandResult<Readonly<Record<string, unknown>>>> {
  const value = await readJson(context, path, 'Name a file as "smartvpn router --print-config" prints it.');
  if (!value.ok) return value;
  const record = recordSchema.safeParse(value.value);
  return record.success ? ok(record.data) : fail('file-failed', `${path} holds no JSON object.`);
}

async function readUsersFile(
  context: Context,
  path: string,
): Promise<CommandResult<readonly DialInUserInput[]>> {
  const value = await readJson(context, path, 'Name a file with a JSON array of users.');
  if (!value.ok) return value;
  const users = z.array(dialInUserInputSchema).safeParse(value.value);
  return users.success ? ok(users.data) : fail('usage', ...words(path, users.error));
}

async function readJson(context: Context, path: string, step: string): Promise<CommandResult<unknown>> {
  const text = await readNamedFile(context, path, { maximumBytes: LARGEST_CONFIGURATION, step });
  if (!text.ok) return text;
  try {
    const value: unknown = JSON.parse(text.value);
    return ok(value);
  } catch (error) {
    return fail(
      'file-failed',
      `${path} is no JSON: ${error instanceof Error ? error.message : 'unreadable'}.`,
    );
  }
}

function words(source: string, error: z.ZodError): [string, ...string[]] {
  const [first = 'not valid', ...others] = error.issues.map(({ path, message }) =>
    path.length === 0 ? message : `${path.join('.')}: ${message}`,
  );
  return [`${source}: ${first}.`, ...others];
}

export interface DemoUser {
  readonly userName: string;
  readonly pin: string;
  readonly secret: string;
}

/** A user with one-time passwords, new each time. */
export function makeDemoUser(): DemoUser {
  return {
    userName: 'demo',
    pin: String(randomInt(10_000)).padStart(4, '0'),
    secret: generateMotpSecret((length) => randomBytes(length)),
  };
}
