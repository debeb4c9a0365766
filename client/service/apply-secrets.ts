import type { SecretsChange } from '../../shared/contract.ts';
import type { Profile } from '../../shared/profile.ts';
import type { SecretProblem } from '../../shared/secret-problem.ts';
import type { Logger } from '../log.ts';
import type { SecretName, SecretStore } from '../store/secret-store.ts';

type Change = SecretsChange['password'] | SecretsChange['motpSecret'];
type Secrets = Pick<SecretStore, 'set' | 'remove'>;

/**
 * Keeps or forgets what was entered with a saved profile. A password is kept only with "Remember My
 * Credentials", and a one-time password never. What the keyring said when it did not do it.
 */
export async function applySecrets(
  secrets: Secrets,
  profile: Profile,
  change: SecretsChange,
  log: Logger,
): Promise<SecretProblem | undefined> {
  const mayKeep = profile.rememberCredentials && profile.authentication === 'password';
  const password: Change = mayKeep ? change.password : { change: 'forget' };
  const problems = [
    await apply(secrets, profile.id, 'password', password, log),
    await apply(secrets, profile.id, 'motp-secret', change.motpSecret, log),
  ];
  return problems.find((problem) => problem !== undefined);
}

async function apply(
  secrets: Secrets,
  profileId: string,
  name: SecretName,
  change: Change,
  log: Logger,
): Promise<SecretProblem | undefined> {
  switch (change.change) {
    case 'keep':
      return undefined;
    case 'forget':
      return problemOf(() => secrets.remove(profileId, name));
    case 'set':
      log.secret(change.value);
      return problemOf(() => secrets.set(profileId, name, change.value));
  }
}

async function problemOf(attempt: () => ReturnType<Secrets['remove']>): Promise<SecretProblem | undefined> {
  try {
    const done = await attempt();
    return done.ok ? undefined : done.error;
  } catch (error) {
    return { reason: 'refused', detail: error instanceof Error ? error.message : String(error) };
  }
}
