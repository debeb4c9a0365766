import { z } from 'zod';
import { answerSchema, questionSchema } from './question.ts';
import { reportSchema } from './report.ts';
import { failureSchema } from '../failure-schema.ts';

/**
 * What the program that a person started (the asker) and the one that holds the connection in the background
 * (the holder) say to each other, over Node's own channel: a socket pair that nobody else can open. Secrets
 * travel here and nowhere else.
 */
export const toHolderSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('start'),
    profileId: z.string(),
    motpSecret: z.string().optional(),
    keyring: z.boolean(),
    verbose: z.boolean(),
    timeout: z.number().optional(),
  }),
  z.object({ kind: z.literal('answer'), question: z.number(), answer: answerSchema }),
  z.object({ kind: z.literal('stop') }),
]);
export type ToHolder = z.infer<typeof toHolderSchema>;

export const toAskerSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('report'), report: reportSchema }),
  z.object({ kind: z.literal('question'), number: z.number(), question: questionSchema }),
  z.object({ kind: z.literal('withdrawn'), number: z.number() }),
  /** It is connected: the asker may go. */
  z.object({ kind: z.literal('connected') }),
  z.object({ kind: z.literal('ended'), failure: failureSchema.optional() }),
]);
export type ToAsker = z.infer<typeof toAskerSchema>;
