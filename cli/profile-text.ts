import type { Profile } from '../shared/profile.ts';
import { asciiName } from '../shared/server-address.ts';
import { en } from '../shared/text/en.ts';

/** A profile for people: DrayTek's words for the fields, and their values. */
export function profileRows(profile: Profile): (readonly [string, string])[] {
  const { advanced, ip, trustedCertificate } = profile;
  const dialled = asciiName(profile.server);
  return [
    ['Profile Name', profile.name],
    ['Id', profile.id],
    ['Server Type', en.serverType[profile.serverType]],
    ['Server IP or Hostname', dialled === profile.server ? dialled : `${profile.server} (${dialled})`],
    ['Port', String(profile.port)],
    [
      'Authentication Type',
      profile.authentication === 'motp' ? 'Mobile One-Time (mOTP)' : 'Username and Password',
    ],
    ['User Name', profile.userName === '' ? '(asked for)' : profile.userName],
    ['Remember My Credentials', yesNo(profile.rememberCredentials)],
    ['Always Prompt for Credentials', yesNo(profile.alwaysPrompt)],
    ['IP Property', ip.mode === 'auto' ? 'Auto' : `${ip.address} ${ip.netmask}, DNS ${listText(ip.dns)}`],
    ['Use default gateway on remote network', yesNo(advanced.useDefaultGateway)],
    ['More routes', listText(advanced.routes)],
    ['Routes outside the tunnel', listText(advanced.excludedRoutes)],
    ['DNS', listText(advanced.dns)],
    ['Search domains', listText(advanced.searchDomains)],
    ['MRU', String(advanced.mru)],
    ['Keep-alive', `${advanced.keepAliveSeconds} s`],
    ['Reconnect', yesNo(advanced.reconnect)],
    ['Block traffic when the tunnel drops', yesNo(advanced.blockWhenDown)],
    ['Enable Server Certificate Authentication', yesNo(advanced.verifyServerCertificate)],
    ['Minimum TLS version', advanced.minimumTls],
    ['Allow legacy renegotiation', yesNo(advanced.legacyRenegotiation)],
    ['Frames per TLS record', advanced.framesPerRecord],
    [
      'Trusted public key (SHA-256)',
      trustedCertificate === undefined
        ? 'none yet'
        : `${trustedCertificate.publicKeySha256}, since ${trustedCertificate.trustedAt}`,
    ],
  ];
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function listText(values: readonly string[]): string {
  return values.length === 0 ? 'none' : values.join(', ');
}
