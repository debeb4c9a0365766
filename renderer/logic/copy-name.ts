import { freeName, nameKey } from '../../shared/profile-names.ts';
import { profileNameSchema } from '../../shared/profile.ts';

/** What a copy of `name` is called: `wished`, or `name` where that would be too long; with a number when it is taken. */
export function copyName(wished: string, name: string, taken: readonly string[]): string {
  const fitting = profileNameSchema.safeParse(wished).success ? wished : name;
  return freeName(fitting, new Set(taken.map((other) => nameKey(other))));
}
