import { join } from 'node:path';
import { z } from 'zod';
import { motpCounter } from '../shared/otp/motp.ts';
import { TOTP_STEP_SECONDS, totpCounter } from '../shared/otp/totp.ts';
import { AcceptedCounters } from './accepted-counters.ts';
import { parseJson, readStateFile, setAside } from './state-file.ts';
import { StateFileWriter } from './state-file-writer.ts';

/** As a list: a user may have any name. */
const countersSchema = z
  .array(z.object({ userName: z.string(), counter: z.number().int().min(0) }))
  .max(1000);

/** `<folder>/one-time-passwords.json`: which codes have been used, so that a restart does not make them good again. */
const fileSchema = z.object({ version: z.literal(1), motp: countersSchema, totp: countersSchema });

type StoredCounters = z.infer<typeof countersSchema>;

export interface OpenedCounters {
  readonly motp: AcceptedCounters;
  readonly totp: AcceptedCounters;
  /** What was wrong with the file, as sentences. */
  readonly problems: readonly string[];
  /** Resolves when everything accepted so far is on disk. */
  saved(): Promise<void>;
}

export interface CountersOptions {
  readonly folder?: string | undefined;
  /** Unix milliseconds. */
  readonly now: number;
  readonly motpWindowSteps: number;
  readonly totpWindowSteps: number;
  /** Told when a later write fails. */
  readonly failed: (problem: string) => void;
}

/** The counters of the state folder; without a folder they live in memory. */
export async function openAcceptedCounters(options: CountersOptions): Promise<OpenedCounters> {
  const problems: string[] = [];
  const { folder, now } = options;
  const path = folder === undefined ? undefined : join(folder, 'one-time-passwords.json');
  const stored = path === undefined ? undefined : await readCounters(path, now, problems);
  const latestMotp = motpCounter(now) + options.motpWindowSteps;
  const latestTotp = totpCounter(now, TOTP_STEP_SECONDS) + options.totpWindowSteps;
  const writer =
    path === undefined ? undefined : new StateFileWriter(path, () => textOf(motp, totp), options.failed);
  const changed = () => writer?.save();
  const motp = new AcceptedCounters(changed, upTo(latestMotp, stored?.motp));
  const totp = new AcceptedCounters(changed, upTo(latestTotp, stored?.totp));
  return { motp, totp, problems, saved: () => writer?.saved() ?? Promise.resolve() };
}

/** A counter that lies ahead was accepted while the clock did too: it would lock its user out until then. */
function upTo(latest: number, stored: StoredCounters = []): [string, number][] {
  return stored
    .filter(({ counter }) => counter <= latest)
    .map(({ userName, counter }) => [userName, counter]);
}

function textOf(motp: AcceptedCounters, totp: AcceptedCounters): string {
  const list = (counters: AcceptedCounters): StoredCounters =>
    counters.entries().map(([userName, counter]) => ({ userName, counter }));
  return `${JSON.stringify({ version: 1, motp: list(motp), totp: list(totp) })}\n`;
}

async function readCounters(path: string, now: number, problems: string[]) {
  const text = await readStateFile(path);
  if (text === undefined) return undefined;
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  problems.push(
    `The file of used one-time passwords was damaged and has been set aside as ${await setAside(path, now)}`,
  );
  return undefined;
}
