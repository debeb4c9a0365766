import { z } from 'zod';
import type { SecretProblem } from '../../../shared/secret-problem.ts';
import type { BusProblem } from '../../dbus/message-bus.ts';

export const SERVICE = 'org.freedesktop.secrets';
export const SERVICE_PATH = '/org/freedesktop/secrets';
/** What the API has in place of an object where there is none, and of a prompt where nobody is asked. */
export const NO_OBJECT = '/';

export const objectPathSchema = z.string().startsWith('/');

const NOBODY_KEEPS = new Set([
  'org.freedesktop.DBus.Error.ServiceUnknown',
  'org.freedesktop.DBus.Error.NameHasNoOwner',
]);

/** In the words of whoever wanted a secret. */
export function secretProblemOf(problem: BusProblem): SecretProblem {
  switch (problem.kind) {
    case 'unreachable':
      return { reason: 'no-session-bus', detail: problem.detail };
    case 'no-answer':
      return { reason: 'no-answer', detail: problem.detail };
    case 'malformed':
      return { reason: 'refused', detail: problem.detail };
    case 'error-reply': {
      const { name, detail } = problem;
      if (NOBODY_KEEPS.has(name) || name.startsWith('org.freedesktop.DBus.Error.Spawn.')) {
        return { reason: 'no-keyring', detail: `${name}: ${detail}` };
      }
      if (name === 'org.freedesktop.Secret.Error.IsLocked') return { reason: 'stayed-locked', detail };
      return { reason: 'refused', detail: `${name}: ${detail}` };
    }
  }
}
