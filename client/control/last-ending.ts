import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readTextFile, writeFileAtomically } from '../store/atomic-file.ts';
import { failureSchema, profileSummarySchema } from './messages.ts';

/**
 * How a connection ended that nobody watched, for whoever asks for the status next. It lies beside the control socket, and
 * goes with the next connection or the next start of the machine.
 */
const lastEndingSchema = z.object({
  profile: profileSummarySchema,
  /** Unix milliseconds. */
  endedAt: z.number(),
  failure: failureSchema,
});
export type LastEnding = z.infer<typeof lastEndingSchema>;

/** Bytes. */
const LARGEST_FILE = 65_536;

/** What cannot be kept is lost: there is nobody to be told. */
export async function keepEnding(runtimeFolder: string, ending: LastEnding): Promise<void> {
  await writeFileAtomically(pathIn(runtimeFolder), `${JSON.stringify(ending)}\n`);
}

/** Undefined when there is none, or it cannot be read. */
export async function readEnding(runtimeFolder: string): Promise<LastEnding | undefined> {
  const text = await readTextFile(pathIn(runtimeFolder), LARGEST_FILE);
  if (!text.ok || text.value === undefined) return undefined;
  try {
    return lastEndingSchema.parse(JSON.parse(text.value));
  } catch {
    return undefined;
  }
}

export async function forgetEnding(runtimeFolder: string): Promise<void> {
  await rm(pathIn(runtimeFolder), { force: true }).catch(() => undefined);
}

function pathIn(runtimeFolder: string): string {
  return join(runtimeFolder, 'last-ending.json');
}
