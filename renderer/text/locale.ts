import type { Language } from '../../shared/text/language.ts';

/** Numbers and dates as the system writes them, if it speaks the window's language; else as that is usual. */
export function chosenLocale(language: Language, systemLanguage: string): string {
  try {
    const [system] = Intl.getCanonicalLocales(systemLanguage);
    return system !== undefined && new Intl.Locale(system).language === language ? system : language;
  } catch {
    // not a language tag
    return language;
  }
}
