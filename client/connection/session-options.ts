import type { Profile } from '../../shared/profile.ts';
import { asciiName } from '../../shared/server-address.ts';
import type { SessionCredentials, SessionOptions } from '../session/session-types.ts';

/** What an attempt for this profile needs. */
export function sessionOptions(
  profile: Profile,
  credentials: SessionCredentials,
  device: SessionOptions['device'],
  knownAddress: string | undefined,
): SessionOptions {
  const { advanced } = profile;
  return {
    server: asciiName(profile.server),
    port: profile.port,
    ...(knownAddress === undefined ? {} : { addresses: [knownAddress] }),
    credentials,
    tls: {
      verify: advanced.verifyServerCertificate,
      trustedPublicKeySha256: profile.trustedCertificate?.publicKeySha256,
      minimumTls: advanced.minimumTls,
      legacyRenegotiation: advanced.legacyRenegotiation,
    },
    ip: profile.ip,
    advanced,
    // With mOTP the code has replaced the password already: there is no second one.
    secondStep: profile.authentication === 'password',
    device,
  };
}
