import { z } from 'zod';
import { contractErrorSchema, issueSchema } from './contract/contract-error.ts';
import { historyEntrySchema, statisticsSchema } from './contract/connection-schema.ts';
import {
  MOST_PROBLEMS,
  MOST_PROFILES,
  profileIdSchema,
  profileStateSchema,
  profileViewSchema,
  settingsChangeSchema,
  snapshotSchema,
  standingProblemSchema,
} from './contract/snapshot-schema.ts';
import { clipped } from './contract/wire-text.ts';
import { motpSecretSchema } from './otp/motp.ts';
import { profileDraftSchema } from './profile-draft.ts';
import { LARGEST_PROFILE_FILE } from './profile-file.ts';
import { profileSchema } from './profile.ts';
import { secretProblemSchema } from './secret-problem.ts';
import { settingsSchema } from './settings.ts';

/**
 * Everything that window and program say to one another. Electron's IPC, the browser's WebSocket, the
 * preload bridge and the tests' doubles derive from this one value.
 *
 * Passwords, codes, PINs and mOTP secrets go one way: no answer and no notification has a field that
 * could carry one back. A generated mOTP secret is made in the window itself, where it is shown once.
 */

const nothing = z.object({});
const ofProfile = z.object({ profileId: profileIdSchema });

const passwordSchema = z.string().min(1).max(256);

/** What becomes of a kept secret when its profile is saved. */
function secretChange<S extends z.ZodType>(value: S) {
  return z.discriminatedUnion('change', [
    z.object({ change: z.literal('keep') }),
    z.object({ change: z.literal('forget') }),
    z.object({ change: z.literal('set'), value }),
  ]);
}

const secretsChangeSchema = z.object({
  password: secretChange(passwordSchema),
  motpSecret: secretChange(motpSecretSchema),
});
export type SecretsChange = z.infer<typeof secretsChangeSchema>;

const logLineSchema = z.object({
  /** Unix milliseconds. */
  at: z.number(),
  level: z.enum(['debug', 'info', 'warn', 'error']),
  /** One line without secrets. */
  text: clipped(4000),
});
export type LogLine = z.infer<typeof logLineSchema>;

const savedSchema = z.object({
  profile: profileViewSchema,
  /** The profile is saved, but the keyring did not take its secrets. */
  secretsProblem: secretProblemSchema.optional(),
});

export const MOST_LOG_LINES = 5000;
/** Ten minutes, one a second. */
export const MOST_SAMPLES = 600;
const MOST_HISTORY = 2000;

export const calls = {
  snapshot: { request: nothing, response: snapshotSchema },

  /** `trustOf`: the profile that this one is a copy of. Trust in its certificate comes along while the router is the same. */
  addProfile: {
    request: z.object({
      profile: profileDraftSchema,
      secrets: secretsChangeSchema,
      trustOf: profileIdSchema.optional(),
    }),
    response: savedSchema,
  },
  /**
   * `basedOn` is what the editor started from: someone else's change meanwhile is refused, not lost. `trust`: what
   * becomes of the trust in the router's certificate.
   */
  saveProfile: {
    request: z.object({
      profileId: profileIdSchema,
      profile: profileDraftSchema,
      basedOn: profileSchema,
      secrets: secretsChangeSchema,
      trust: z.enum(['keep', 'forget']).default('keep'),
    }),
    response: savedSchema,
  },
  /** Disconnects first. Its secrets are kept until it can no longer be brought back. */
  removeProfile: { request: ofProfile, response: nothing },
  undoRemoveProfile: { request: ofProfile, response: savedSchema },
  /** Takes those that can be used, if there are any. */
  importProfiles: {
    request: z.object({ text: z.string().max(LARGEST_PROFILE_FILE) }),
    response: z.object({
      added: z.array(profileViewSchema).max(MOST_PROFILES),
      refused: z
        .array(z.object({ index: z.number(), name: clipped(200), issue: issueSchema }))
        .max(MOST_PROFILES),
    }),
  },
  /** The text of a profile file (profile-file.ts); the window lets the user save it. All when none are named. */
  exportProfiles: {
    request: z.object({ profileIds: z.array(profileIdSchema).max(MOST_PROFILES) }),
    response: z.object({ text: z.string().max(LARGEST_PROFILE_FILE) }),
  },

  /** `test` signs in, gets an address and pings the router, and needs no device ("Test connection"). */
  connect: {
    request: z.object({ profileId: profileIdSchema, purpose: z.enum(['use', 'test']) }),
    response: nothing,
  },
  /** Also cancels an attempt at any stage. Answers once nothing of it is left. */
  disconnect: { request: ofProfile, response: nothing },
  /** `secret` is what the prompt asks for: password, one-time code or the generator's PIN. */
  submitCredentials: {
    request: z.object({
      profileId: profileIdSchema,
      userName: z.string().max(64),
      secret: passwordSchema,
    }),
    response: nothing,
  },
  /** Named by its key: what is trusted is what was shown. */
  trustCertificate: {
    request: z.object({
      profileId: profileIdSchema,
      publicKeySha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
    response: nothing,
  },
  submitSecondStep: {
    request: z.object({ profileId: profileIdSchema, code: z.string().regex(/^[0-9]{6}$/) }),
    response: nothing,
  },
  dismissPrompt: { request: ofProfile, response: nothing },
  /** Ends the wait before a reconnection. */
  retryNow: { request: ofProfile, response: nothing },

  /** From now on `statistics` come for this profile. `recent` is what is known already, oldest first. */
  watchStatistics: {
    request: z.object({
      profileId: profileIdSchema,
      intervalMilliseconds: z.number().int().min(16).max(60_000),
    }),
    response: z.object({ recent: z.array(statisticsSchema).max(MOST_SAMPLES) }),
  },
  unwatchStatistics: { request: ofProfile, response: nothing },
  /** Newest first. */
  history: {
    request: z.object({ profileId: profileIdSchema }),
    response: z.object({ entries: z.array(historyEntrySchema).max(MOST_HISTORY) }),
  },
  clearHistory: { request: ofProfile, response: nothing },

  /** From now on `log` comes. `lines` are those kept so far, oldest first. */
  watchLog: { request: nothing, response: z.object({ lines: z.array(logLineSchema).max(MOST_LOG_LINES) }) },
  unwatchLog: { request: nothing, response: nothing },
  /** Redacted; shown to the user, who saves it or does not. */
  prepareReport: { request: nothing, response: z.object({ text: z.string().max(4_000_000) }) },

  changeSettings: { request: settingsChangeSchema, response: z.object({ settings: settingsSchema }) },
  /** Also of one that another window has dismissed. */
  dismissProblem: { request: z.object({ id: z.number().int().min(1) }), response: nothing },
} as const satisfies Readonly<Record<string, CallDefinition>>;

export const notifications = {
  profiles: z.discriminatedUnion('change', [
    z.object({ change: z.literal('all'), profiles: z.array(profileViewSchema).max(MOST_PROFILES) }),
    z.object({ change: z.literal('saved'), profile: profileViewSchema }),
    z.object({ change: z.literal('removed'), profileId: profileIdSchema }),
  ]),
  connection: profileStateSchema,
  /** To those who watch. */
  statistics: z.object({ profileId: profileIdSchema, sample: statisticsSchema }),
  history: z.object({ entry: historyEntrySchema }),
  /** In whichever window. */
  historyCleared: ofProfile,
  settings: z.object({ settings: settingsSchema }),
  /** To those who watch. */
  log: z.object({ lines: z.array(logLineSchema).max(MOST_LOG_LINES) }),
  /** The whole list, as it is now. */
  problems: z.object({ problems: z.array(standingProblemSchema).max(MOST_PROBLEMS) }),
  /** The tray or a notification asks for a view. `why`: what was asked for there could not be done. */
  show: z.object({
    view: z.enum(['status', 'statistics', 'log', 'settings']),
    profileId: profileIdSchema.optional(),
    why: contractErrorSchema.optional(),
  }),
} as const satisfies Readonly<Record<string, z.ZodType>>;

interface CallDefinition {
  readonly request: z.ZodType;
  readonly response: z.ZodType;
}

export type Calls = typeof calls;
export type CallName = keyof Calls;
/** As a caller writes it: what has a default may be left out. */
export type CallInput<Name extends CallName> = z.input<Calls[Name]['request']>;
/** As a handler gets it. */
export type CallRequest<Name extends CallName> = z.output<Calls[Name]['request']>;
export type CallResponse<Name extends CallName> = z.output<Calls[Name]['response']>;

export type Notifications = typeof notifications;
export type NotificationName = keyof Notifications;
export type NotificationPayload<Name extends NotificationName> = z.output<Notifications[Name]>;
