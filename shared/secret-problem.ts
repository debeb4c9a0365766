import { z } from 'zod';
import { clipped } from './contract/wire-text.ts';

/** Why a password or secret was not read, kept or forgotten. `detail` is for a log, and never holds a secret. */
export const secretProblemSchema = z.object({
  reason: z.enum([
    /** This login has no session bus, and so no keyring: `sudo`, a service, some ssh servers. */
    'no-session-bus',
    /** No program keeps secrets here. */
    'no-keyring',
    /** The question for its password was closed, or got no answer. */
    'stayed-locked',
    'no-answer',
    /** It answered, with an error. */
    'refused',
  ]),
  detail: clipped(2000),
});
export type SecretProblem = z.infer<typeof secretProblemSchema>;
