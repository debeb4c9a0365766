import { expect, test } from 'vitest';
import { chosenLanguage } from './language.ts';

test('the setting stands before the system, and English before what has no catalogue', () => {
  expect(chosenLanguage('en', 'de-DE')).toBe('en');
  expect(chosenLanguage('system', 'de-AT')).toBe('de');
  expect(chosenLanguage('system', 'DE')).toBe('de');
  expect(chosenLanguage('system', 'fr-FR')).toBe('en');
  expect(chosenLanguage('system', 'den')).toBe('en');
  expect(chosenLanguage('system', '')).toBe('en');
});
