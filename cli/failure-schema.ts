import { z } from 'zod';
import { EXIT_CODES, type ExitReason } from './exit-codes.ts';

/** A CommandFailure, between processes of this program. */
export const failureSchema = z.object({
  reason: z.custom<ExitReason>((value) => typeof value === 'string' && Object.hasOwn(EXIT_CODES, value)),
  title: z.string().optional(),
  message: z.string(),
  steps: z.array(z.string()).readonly(),
  details: z.record(z.string(), z.unknown()).optional(),
});
