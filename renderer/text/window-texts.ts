import type { Language } from '../../shared/text/language.ts';
import { de } from './de.ts';
import { en, type WindowText } from './en.ts';

export const WINDOW_TEXTS: Readonly<Record<Language, WindowText>> = { en, de };

/** Each language by its own name. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch' };
