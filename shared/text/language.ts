import type { Settings } from '../settings.ts';
import type { Catalogue } from './catalogue.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { trayWordsDe, trayWordsEn, type TrayWords } from './tray-words.ts';

export type Language = Exclude<Settings['language'], 'system'>;

/** `systemLanguage` is BCP 47, for example "de-AT"; English for languages that have no catalogue. */
export function chosenLanguage(setting: Settings['language'], systemLanguage: string): Language {
  if (setting !== 'system') return setting;
  return /^de\b/i.test(systemLanguage) ? 'de' : 'en';
}

export const CATALOGUES: Readonly<Record<Language, Catalogue>> = { en, de };
export const TRAY_WORDS: Readonly<Record<Language, TrayWords>> = { en: trayWordsEn, de: trayWordsDe };
