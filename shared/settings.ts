import { z } from 'zod';

/** The languages that have a catalogue in `text/`. */
export const LANGUAGES = ['en', 'de'] as const;

/** What holds for the whole client, whichever profile is connected. */
export const settingsSchema = z.object({
  /** For new profiles. Each profile has its own. */
  reconnect: z.boolean().default(true),
  notifications: z.boolean().default(true),
  minimiseToTrayOnConnect: z.boolean().default(true),
  startAtLogin: z.boolean().default(false),
  startMinimised: z.boolean().default(false),
  /** A profile's id. One that no longer exists counts as null. */
  connectOnStart: z.uuid().nullable().default(null),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  language: z.enum(['system', ...LANGUAGES]).default('system'),
});

export type Settings = z.infer<typeof settingsSchema>;
