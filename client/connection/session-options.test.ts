import { expect, test } from 'vitest';
import { profileSchema } from '../../shared/profile.ts';
import { sessionOptions } from './session-options.ts';

const CREDENTIALS = { kind: 'password', userName: 'anna', password: 'correct horse' } as const;

test('an internationalised name is dialled as DNS and TLS know it', () => {
  const profile = profileSchema.parse({ id: crypto.randomUUID(), name: 'x', server: 'vpn.München.de' });
  expect(profile.server).toBe('vpn.München.de');
  expect(sessionOptions(profile, CREDENTIALS, 'none', undefined).server).toBe('vpn.xn--mnchen-3ya.de');
});
