import { expect, test } from 'vitest';
import { profileView } from '../../shared/contract/test-values.ts';
import { foundProfiles, sortedProfiles } from './profile-order.ts';

function named(...names: string[]) {
  return names.map((name, index) => profileView(`00000000-0000-4000-8000-00000000000${index}`, name));
}

test('sorted as a person sorts', () => {
  const names = sortedProfiles(named('Office 10', 'office 9', 'Ärzte', 'Zürich')).map(({ name }) => name);
  expect(names).toEqual(['Ärzte', 'office 9', 'Office 10', 'Zürich']);
});

test('every word must be found, in name, server or user name; case and accents do not count', () => {
  const profiles = named('Zürich Büro', 'Zug', '🏢 مكتب');
  const find = (search: string) => foundProfiles(profiles, search).map(({ name }) => name);
  expect(find('  ')).toHaveLength(3);
  expect(find('buro zur')).toEqual(['Zürich Büro']);
  expect(find('example zug')).toEqual(['Zug']);
  expect(find('مكتب')).toEqual(['🏢 مكتب']);
  expect(find('.*')).toEqual([]);
});
