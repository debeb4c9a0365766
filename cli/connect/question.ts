import { z } from 'zod';
import { failureSchema } from '../failure-schema.ts';

const certificateSchema = z.object({
  fingerprint: z.string(),
  publicKeySha256: z.string(),
  subject: z.string(),
  issuer: z.string(),
  names: z.array(z.string()).readonly(),
  validFrom: z.string(),
  validTo: z.string(),
});

/** A prompt of the connection, with the words that a person needs to answer it. */
export const questionSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('credentials'),
    asks: z.enum(['password', 'motp-code', 'motp-pin']),
    userName: z.string(),
    because: failureSchema.optional(),
  }),
  z.object({
    kind: z.literal('certificate'),
    changed: z.boolean(),
    problem: z.string(),
    certificate: certificateSchema,
    failure: failureSchema,
  }),
  z.object({
    kind: z.literal('second-step'),
    /** Unix milliseconds. */
    deadline: z.number(),
    refused: z.boolean(),
  }),
]);
export type Question = z.infer<typeof questionSchema>;

export const answerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('credentials'), userName: z.string(), secret: z.string() }),
  z.object({ kind: z.literal('trust') }),
  z.object({ kind: z.literal('second-step'), code: z.string() }),
  /** There is no answer; the connection ends with this. */
  z.object({ kind: z.literal('none'), failure: failureSchema }),
]);
export type QuestionAnswer = z.infer<typeof answerSchema>;
