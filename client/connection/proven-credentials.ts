import type { ConnectionEffect, ConnectionModel } from './model.ts';

export interface ProvenCredentials extends Pick<ConnectionModel, 'profile' | 'credentials'> {
  readonly effects: readonly ConnectionEffect[];
}

/** What is remembered of credentials once they have proved right, as the profile says. One-time ones never are. */
export function provenCredentials({ profile, credentials }: ConnectionModel): ProvenCredentials {
  if (!profile.rememberCredentials || credentials === undefined) return { profile, credentials, effects: [] };
  const { userName } = credentials;
  const effects: ConnectionEffect[] = [];
  if (userName !== profile.userName) effects.push({ kind: 'remember-user-name', userName });
  const named = { ...profile, userName };
  if (credentials.kind !== 'password') return { profile: named, credentials, effects };
  if (!credentials.isKept) effects.push({ kind: 'remember-password', password: credentials.password });
  // A link that is lost and made anew has nothing more to remember.
  return { profile: named, credentials: { ...credentials, isKept: true }, effects };
}
