import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { compareNames } from '../../shared/profile-names.ts';

export function sortedProfiles(profiles: Iterable<ProfileView>): ProfileView[] {
  return [...profiles].sort((a, b) => compareNames(a.name, b.name));
}

/** Those whose name, server or user name has every word of the search in it. */
export function foundProfiles(profiles: readonly ProfileView[], search: string): readonly ProfileView[] {
  const words = folded(search)
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return profiles;
  return profiles.filter(({ name, server, userName }) => {
    const text = folded(`${name}\n${server}\n${userName}`);
    return words.every((word) => text.includes(word));
  });
}

/** Accents and letter case do not count in a search. */
export function folded(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mn}/gu, '')
    .toLowerCase();
}
