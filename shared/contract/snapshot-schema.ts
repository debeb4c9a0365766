import { z } from 'zod';
import { profileSchema } from '../profile.ts';
import { secretProblemSchema } from '../secret-problem.ts';
import { settingsSchema, type Settings } from '../settings.ts';
import { connectionStateSchema } from './connection-schema.ts';
import { storeProblemSchema } from './contract-error.ts';
import { clipped } from './wire-text.ts';

export const MOST_PROFILES = 20_000;
export const MOST_PROBLEMS = 100;

/** A profile as the window sees it: which secrets are kept for it, never the secrets. */
export const profileViewSchema = profileSchema.extend({
  keeps: z.object({ password: z.boolean(), motpSecret: z.boolean() }),
});
export type ProfileView = z.infer<typeof profileViewSchema>;

export const profileIdSchema = z.uuid();

export const profileStateSchema = z.object({
  profileId: profileIdSchema,
  state: connectionStateSchema,
});

/** Something that is wrong apart from any call. */
export const problemSchema = z.discriminatedUnion('source', [
  z.object({ source: z.literal('store'), problem: storeProblemSchema }),
  secretProblemSchema.extend({ source: z.literal('secrets') }),
  /** The part of the program that runs tunnels ended by a fault; `restarted`: it is there again. */
  z.object({ source: z.literal('core'), detail: clipped(2000), restarted: z.boolean() }),
  /** What a former run left behind was mended: routes, DNS, a device. */
  z.object({ source: z.literal('network-recovered'), detail: clipped(2000) }),
]);
export type Problem = z.infer<typeof problemSchema>;

/** As it is said. It is dismissed by its number: of two that are said at the same time each keeps its own. */
export const standingProblemSchema = z.object({ id: z.number().int().min(1), problem: problemSchema });
export type StandingProblem = z.infer<typeof standingProblemSchema>;

export const platformSchema = z.object({
  shell: z.enum(['electron', 'browser']),
  system: z.enum(['linux', 'macos', 'windows', 'other']),
  /** As `SecretStore.protection`: by the system's keyring, in memory only, or in a file that protects nothing. */
  secretProtection: z.enum(['system', 'memory', 'none']),
  hasTray: z.boolean(),
  canStartAtLogin: z.boolean(),
});
export type Platform = z.infer<typeof platformSchema>;

/** `settingsSchema` fills gaps with defaults, which a change must not. */
export const settingsChangeSchema = z
  .object({
    reconnect: z.boolean(),
    notifications: z.boolean(),
    minimiseToTrayOnConnect: z.boolean(),
    startAtLogin: z.boolean(),
    startMinimised: z.boolean(),
    connectOnStart: z.uuid().nullable(),
    theme: settingsSchema.shape.theme.unwrap(),
    language: settingsSchema.shape.language.unwrap(),
  } satisfies { [Name in keyof Settings]: z.ZodType<Settings[Name]> })
  .partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;

/** Everything the window shows at its start. Changes follow as notifications. */
export const snapshotSchema = z.object({
  appVersion: z.string().max(60),
  platform: platformSchema,
  /** BCP 47, for example "de-AT": the language that `system` stands for in the settings. */
  systemLanguage: z.string().max(60),
  profiles: z.array(profileViewSchema).max(MOST_PROFILES),
  /** Of those that are not disconnected. */
  states: z.array(profileStateSchema).max(MOST_PROFILES),
  settings: settingsSchema,
  problems: z.array(standingProblemSchema).max(MOST_PROBLEMS),
});
export type Snapshot = z.infer<typeof snapshotSchema>;
