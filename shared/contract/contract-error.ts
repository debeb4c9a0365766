import { z } from 'zod';
import type { ProfileConflict, StoreProblem } from '../store-problem.ts';
import { clipped, clippedList } from './wire-text.ts';

const path = clipped(4096);
const detail = clipped(2000);
const documentName = z.enum(['profiles', 'settings', 'history', 'removed-profiles']);
const keptAs = clipped(4096).optional();

const storeProblemUnion = z.discriminatedUnion('kind', [
  z
    .object({ kind: z.literal('damaged'), document: documentName, path, keptAs, detail })
    .transform((problem) => ({ ...problem, keptAs: problem.keptAs })),
  z
    .object({
      kind: z.literal('partly-damaged'),
      document: documentName,
      path,
      keptAs,
      faults: clippedList(20, 500),
    })
    .transform((problem) => ({ ...problem, keptAs: problem.keptAs })),
  z
    .object({ kind: z.literal('newer-version'), document: documentName, path, keptAs, version: z.number() })
    .transform((problem) => ({ ...problem, keptAs: problem.keptAs })),
  z.object({ kind: z.literal('disk-full'), path }),
  z.object({ kind: z.literal('read-only'), path }),
  z.object({ kind: z.literal('not-permitted'), path }),
  z.object({ kind: z.literal('busy'), path }),
  z.object({ kind: z.literal('file-failed'), path, code: clipped(100) }),
]);
export type WireStoreProblem = z.infer<typeof storeProblemUnion>;
export const storeProblemSchema: z.ZodType<StoreProblem> = storeProblemUnion;

const conflictUnion = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('name-taken'), name: clipped(200) }),
  z.object({ kind: z.literal('changed-meanwhile'), name: clipped(200) }),
  z.object({ kind: z.literal('no-such-profile'), id: clipped(200) }),
]);
const conflictSchema: z.ZodType<ProfileConflict> = conflictUnion;

/** Where in a request, or in a profile of a file, something is wrong, and what. */
export const issueSchema = z.object({
  path: z.array(z.union([z.string().max(200), z.number()])).max(20),
  /** zod's issue code, for example `too_big`. */
  code: z.string().max(60),
  /** An English sentence. */
  message: clipped(300),
});
export type RequestIssue = z.infer<typeof issueSchema>;

/** Why a call did not do what it was asked to. The codes are stable. */
export const contractErrorSchema = z.discriminatedUnion('code', [
  /** The request is not one; with a profile in it, the issues stand at its fields. */
  z.object({ code: z.literal('invalid-request'), issues: z.array(issueSchema).max(50) }),
  z.object({ code: z.literal('unknown-call') }),
  /** The change is not kept, and what was kept before is intact. */
  z.object({
    code: z.literal('not-saved'),
    problem: z.union([storeProblemSchema, conflictSchema]),
  }),
  /** The system's keyring said no. */
  z.object({ code: z.literal('secrets-unavailable'), detail }),
  z.object({
    code: z.literal('unreadable-file'),
    problem: z.enum(['too-large', 'not-json', 'not-profiles', 'newer-version']),
  }),
  /** The call came when there was nothing for it to do: no prompt to answer, nothing to undo. */
  z.object({ code: z.literal('not-now') }),
  /** One tunnel at a time. `elsewhere`: another program of this user holds it, for example in a terminal. */
  z.object({ code: z.literal('already-connected'), profileName: clipped(200), elsewhere: z.boolean() }),
  /** Whether another program of this user holds a tunnel could not be found out. `detail` is an English sentence. */
  z.object({
    code: z.literal('claim-unavailable'),
    reason: z.enum(['silent', 'other-version', 'just-ended', 'folder']),
    detail,
  }),
  /** No answer can come: the window has lost the program behind it. */
  z.object({ code: z.literal('connection-lost') }),
  /** An answer came that is none: two versions do not fit together. */
  z.object({ code: z.literal('invalid-reply') }),
  /** A fault of ours, caught at the boundary. */
  z.object({ code: z.literal('internal'), detail }),
]);
export type ContractError = z.infer<typeof contractErrorSchema>;

/** At most so many issues of a failed parse cross the contract. */
const MOST_ISSUES = 50;

export function requestIssues(error: z.ZodError): RequestIssue[] {
  return error.issues.slice(0, MOST_ISSUES).map((issue) => ({
    path: issue.path
      .slice(0, 20)
      .map((step) => (typeof step === 'number' ? step : String(step).slice(0, 200).toWellFormed())),
    code: issue.code,
    message: issue.message.slice(0, 300).toWellFormed(),
  }));
}
