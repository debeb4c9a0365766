import type { z } from 'zod';

/** The first thing wrong with a value, as a sentence without its full stop. */
export function firstIssue(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'This value is not valid';
}
