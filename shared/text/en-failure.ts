import { assertNever } from '../assert-never.ts';
import type {
  AccountProblem,
  CertificateFacts,
  CertificateProblem,
  FailureCause,
  Stage,
} from '../connection.ts';
import type { Catalogue, FailureWords } from './catalogue.ts';
import { duration } from './en-duration.ts';

type Cause<Kind extends FailureCause['kind']> = Extract<FailureCause, { kind: Kind }>;

const ASK_ADMINISTRATOR = 'If it stays so, show the log to your administrator.';
const NOTHING_SENT = 'Your password has not been sent.';

export const failure: Catalogue['failure'] = {
  'no-network': () => ({
    title: 'No network',
    sentence: 'This computer is not connected to any network.',
    nextStep: 'Join a Wi-Fi network or plug in the cable, then try again.',
  }),
  'captive-portal': ({ page }) => ({
    title: 'This network wants a sign-in first',
    sentence: `What answers at the router’s address is not the router: it leads ${page === undefined ? 'to another page' : `to ${page}`}, probably the sign-in page of this network. ${NOTHING_SENT}`,
    nextStep: 'Open a web browser and sign in to the network, as in a hotel or train. Then connect again.',
  }),
  'name-not-found': ({ host }) => ({
    title: 'Router not found',
    sentence: `There is no server called ${host}.`,
    nextStep: 'Check the server in the profile for typing errors, and that this computer is online.',
  }),
  'network-unreachable': ({ host }) => ({
    title: 'No way to the router',
    sentence: `This computer’s network has no way to ${host}.`,
    nextStep: 'Check that you are online, then try again.',
  }),
  'connection-refused': ({ host, port }) => ({
    title: 'Connection refused',
    sentence: `The server ${host} is there, but takes no connections on port ${port}.`,
    nextStep: 'Check the port in the profile. Your administrator knows which one the SSL VPN uses.',
  }),
  'timed-out': ({ stage, seconds }) => ({
    title: 'No answer in time',
    sentence: `${TIMED_OUT[stage]} within ${duration(seconds)}.`,
    nextStep: TIMED_OUT_NEXT[stage] ?? 'Try again. The router or the way to it may be overloaded.',
  }),
  'tls-failed': tlsFailed,
  'certificate-unknown': ({ certificate, problem }) => ({
    title: 'Is this your router?',
    sentence: `${certificateSentence(certificate, problem)} ${NOTHING_SENT}`,
    nextStep:
      'Compare the fingerprint with the one your administrator gives you, and trust this router only if they are the same.',
  }),
  'certificate-changed': () => ({
    title: 'Warning: the router’s certificate has changed',
    sentence: `This is not the certificate that you trusted before: it was replaced, or someone is in between and wants your password. ${NOTHING_SENT}`,
    nextStep: 'Ask your administrator whether the certificate was replaced before you trust the new one.',
  }),
  'not-draytek-ssl-vpn': ({ evidence }) => ({
    title: 'Not a DrayTek SSL VPN',
    sentence: whatAnswered(evidence),
    nextStep:
      'Check server and port in the profile. The SSL VPN may be on another port, or be switched off in the router.',
  }),
  'credentials-refused': ({ because }) => (because === undefined ? WRONG_PASSWORD : ACCOUNT[because]),
  'code-refused': codeRefused,
  'locked-out': ({ retryAfterSeconds }) => ({
    title: 'Locked out by the router',
    sentence:
      retryAfterSeconds === undefined
        ? 'After too many wrong passwords the router takes none from your address for a while.'
        : `After too many wrong passwords the router takes none from your address for another ${duration(retryAfterSeconds)}.`,
    nextStep: 'Wait before you try again: each try may prolong it. Your administrator can lift it.',
  }),
  'no-address': ({ reason }) => NO_ADDRESS[reason],
  'device-not-permitted': ({ missing }) => NOT_PERMITTED[missing],
  'network-setup-failed': ({ step, detail }) => ({
    title: 'Network not set up',
    sentence: `You were signed in, but this computer’s network could not be set up (${step}: ${detail}). It is as it was before.`,
    nextStep: 'Look into the log, and show it to your administrator.',
  }),
  'protocol-error': ({ code }) => ({
    title: 'Unexpected data from the router',
    sentence: `The router sent something that it should not send (${code}).`,
    nextStep: `Try again. ${ASK_ADMINISTRATOR}`,
  }),
  'router-closed': ({ when }) =>
    when === 'connected'
      ? {
          title: 'Ended by the router',
          sentence: 'The router ended the connection.',
          nextStep: 'Connect again. It may have been idle for too long, or your administrator ended it.',
        }
      : {
          title: 'Closed by the router',
          sentence: `The router closed the connection while ${DOING[when]}.`,
          nextStep: `Try again. ${ASK_ADMINISTRATOR}`,
        },
  'peer-silent': ({ seconds }) => ({
    title: 'Router stopped answering',
    sentence: `Nothing has come from the router for ${duration(seconds)}.`,
    nextStep: 'Check that you are still online, then connect again.',
  }),
  'link-lost': () => ({
    title: 'Connection broke',
    sentence: 'The connection to the router broke off.',
    nextStep: 'Check that you are still online, then connect again.',
  }),
  'unsupported-server-type': () => ({
    title: 'Server type not supported',
    sentence: 'This client cannot dial the server type of this profile yet.',
    nextStep: 'Choose SSL VPN Tunnel in the profile, if your router offers it.',
  }),
  internal: ({ detail }) => ({
    title: 'Fault in this program',
    sentence: `Something went wrong in this program itself: ${detail}`,
    nextStep: 'Try again. If it stays so, report it together with the log.',
  }),
};

/** Continued by "within 10 seconds". */
const TIMED_OUT: Readonly<Record<Stage, string>> = {
  resolving: 'The address of the router could not be looked up',
  connecting: 'The router did not answer',
  securing: 'The router did not finish opening a secure channel',
  requesting: 'The router did not answer the request for a tunnel',
  negotiating: 'The router did not agree on a tunnel',
  'signing-in': 'The router did not answer the sign-in',
  addressing: 'The router did not give an address',
  'second-step': 'The second sign-in step was not finished',
  configuring: 'This computer’s network was not set up',
};

const TIMED_OUT_NEXT: Readonly<Partial<Record<Stage, string>>> = {
  resolving: 'Check that you are online, then try again.',
  connecting: 'Check that you are online and that server and port in the profile are right, then try again.',
  requesting: 'Check server and port in the profile: something answers there, but perhaps not the SSL VPN.',
  addressing: 'Try again. The router may be waiting for its DHCP server.',
  'second-step': 'Connect again, and have your authenticator app at hand.',
  configuring: 'Look into the log, and show it to your administrator.',
};

const DOING: Readonly<Record<Stage, string>> = {
  resolving: 'its name was looked up',
  connecting: 'it was called',
  securing: 'a secure channel was being opened',
  requesting: 'it was asked for a tunnel',
  negotiating: 'the tunnel was being agreed on',
  'signing-in': 'signing in',
  addressing: 'waiting for an address',
  'second-step': 'the second sign-in step was under way',
  configuring: 'this computer’s network was being set up',
};

const WRONG_PASSWORD: FailureWords = {
  title: 'Wrong user name or password',
  sentence: 'The router did not accept this user name and password.',
  nextStep: 'Type them again. After several wrong ones the router locks you out for a while.',
};

const ACCOUNT: Readonly<Record<AccountProblem, FailureWords>> = {
  'account-disabled': {
    title: 'Account disabled',
    sentence: 'The router says that this account is disabled.',
    nextStep: 'Ask your administrator to enable it.',
  },
  'password-expired': {
    title: 'Password expired',
    sentence: 'The router says that the password of this account has expired.',
    nextStep: 'Ask your administrator for a new one: it cannot be changed from here.',
  },
  'outside-permitted-hours': {
    title: 'Not at this time',
    sentence: 'The router does not let this account in at this time.',
    nextStep: 'Try again in the hours that your administrator has set.',
  },
  'no-dial-in-permission': {
    title: 'Account may not dial in',
    sentence: 'The router says that this account may not dial in.',
    nextStep:
      'If it is connected elsewhere, disconnect there. Else ask your administrator to allow the SSL VPN for it.',
  },
};

const NO_ADDRESS: Readonly<Record<Cause<'no-address'>['reason'], FailureWords>> = {
  'pool-exhausted': {
    title: 'No address left',
    sentence: 'You were signed in, but the router has no address left to give.',
    nextStep: 'Try again later, or ask your administrator to enlarge the router’s address range.',
  },
  'static-refused': {
    title: 'Address refused',
    sentence: 'You were signed in, but the router does not accept the static address of the profile.',
    nextStep: 'Set “IP Property” to Auto in the profile, or ask your administrator for the right address.',
  },
  unusable: {
    title: 'No usable address',
    sentence: 'You were signed in, but the router gave an address that cannot be used.',
    nextStep: 'Try again. If it stays so, ask your administrator to look at the router’s address range.',
  },
};

const TEST_WORKS = '“Test connection” works nevertheless.';

const NOT_PERMITTED: Readonly<Record<Cause<'device-not-permitted'>['missing'], FailureWords>> = {
  privilege: {
    title: 'Not permitted on this computer',
    sentence:
      'This program may not set up a VPN on this computer: NetworkManager, which would do it for you, does not run here.',
    nextStep: `Start NetworkManager, or start this program as root or with the capability CAP_NET_ADMIN. ${TEST_WORKS}`,
  },
  'network-manager-permission': {
    title: 'Not permitted on this computer',
    sentence:
      'NetworkManager does not let you set up connections: only whoever sits at this computer’s screen may.',
    nextStep: `Sign in at the computer itself, have your administrator allow it (polkit), or start this program as root. ${TEST_WORKS}`,
  },
  'managed-device': {
    title: 'NetworkManager leaves VPN devices alone',
    sentence: 'NetworkManager is configured not to manage devices of this kind (unmanaged-devices).',
    nextStep: `Have your administrator except interface-name:svpn* in NetworkManager’s configuration, or start this program as root. ${TEST_WORKS}`,
  },
  'tun-device': {
    title: 'No VPN device on this computer',
    sentence: 'This computer has no /dev/net/tun, through which a VPN’s traffic goes.',
    nextStep: `As root, run “modprobe tun”; for a container, allow the device /dev/net/tun. ${TEST_WORKS}`,
  },
  iproute2: {
    title: 'The ip command is missing',
    sentence: 'The command “ip”, which sets up addresses and routes, is not installed.',
    nextStep: `Install the package iproute2. ${TEST_WORKS}`,
  },
  platform: {
    title: 'Not supported on this system',
    sentence: 'This client cannot set up a VPN on this operating system yet.',
    nextStep: TEST_WORKS,
  },
};

function tlsFailed({ needs, reason }: Cause<'tls-failed'>): FailureWords {
  switch (needs) {
    case 'legacy-renegotiation':
      return {
        title: 'Router needs legacy renegotiation',
        sentence: `The router’s firmware is too old for a secure channel as this profile demands it. ${NOTHING_SENT}`,
        nextStep:
          'Update the router’s firmware. Until then you can allow legacy renegotiation for this profile.',
      };
    case 'older-tls':
      return {
        title: 'Router’s TLS version is too old',
        sentence: `The router only offers older TLS versions than this profile allows. ${NOTHING_SENT}`,
        nextStep: 'Update the router’s firmware, or lower “Minimum TLS version” in the profile if it is 1.3.',
      };
    case undefined:
      return {
        title: 'No secure channel',
        sentence: `No secure channel to the router could be opened (${reason}). ${NOTHING_SENT}`,
        nextStep: `Check server and port in the profile. ${ASK_ADMINISTRATOR}`,
      };
    default:
      return assertNever(needs);
  }
}

function certificateSentence(certificate: CertificateFacts, problem: CertificateProblem): string {
  switch (problem) {
    case 'self-signed':
      return 'The router’s certificate is its own: no authority vouches for it, which is usual for DrayTek routers.';
    case 'unknown-authority':
      return `The router’s certificate was issued by ${certificate.issuer}, which this computer does not know.`;
    case 'expired':
      return `The router’s certificate expired on ${day(certificate.validTo)}.`;
    case 'not-yet-valid':
      return `The router’s certificate is valid from ${day(certificate.validFrom)} only. This computer’s clock may be wrong.`;
    case 'wrong-name':
      return certificate.names.length === 0
        ? 'The router’s certificate names no server.'
        : `The router’s certificate is for ${certificate.names.join(', ')}, not for the server in the profile.`;
    case 'invalid':
      return 'The router’s certificate is not valid.';
    default:
      return assertNever(problem);
  }
}

/** The day of an ISO 8601 time. */
function day(time: string): string {
  return time.slice(0, 10);
}

function whatAnswered(evidence: Cause<'not-draytek-ssl-vpn'>['evidence']): string {
  switch (evidence.looksLike) {
    case 'web-server':
      return `A web server answered (status ${evidence.status}), but it offers no DrayTek SSL VPN.`;
    case 'no-tls':
      return NO_TLS[evidence.protocol];
    case 'other':
      return 'Something answered, but not as a DrayTek SSL VPN does.';
    default:
      return assertNever(evidence);
  }
}

const NO_TLS = {
  ssh: 'An SSH server answered, not a DrayTek SSL VPN.',
  http: 'A web server without encryption answered, not a DrayTek SSL VPN.',
  other: 'Something without encryption answered, not a DrayTek SSL VPN.',
} as const;

/** Routers take codes of about the last half minute: with clocks further apart none is right. */
const CLOCKS_TOO_FAR_APART_SECONDS = 30;
/** An HTTP Date counts whole seconds and travels for a while: less than this says nothing. */
const CLOCKS_AGREE_SECONDS = 5;

function codeRefused({ code, clockDifferenceSeconds: difference }: Cause<'code-refused'>): FailureWords {
  const title = code === 'motp' ? 'One-time password refused' : 'Code refused';
  const what =
    code === 'motp'
      ? 'The router did not accept the one-time password'
      : 'The router did not accept the code';
  const wrong = code === 'motp' ? 'the PIN is wrong' : 'it was mistyped';
  const again = 'Try again with the next code: each is taken only once.';
  if (difference === undefined) {
    return {
      title,
      sentence: `${what}: ${wrong}, the code was used already or has expired, or the clocks of router and ${device(code)} are apart.`,
      nextStep: `${again} If it stays so, check the clock of your ${device(code)}.`,
    };
  }
  const apart = Math.abs(difference);
  const relation = `The router’s clock is ${duration(apart)} ${difference > 0 ? 'ahead of' : 'behind'} this computer’s`;
  if (apart >= CLOCKS_TOO_FAR_APART_SECONDS) {
    return {
      title,
      sentence: `${what}. ${relation}, which is too far apart for one-time codes.`,
      nextStep:
        'Set this computer’s clock by the network, or ask your administrator to set the router’s, then try a new code.',
    };
  }
  return {
    title,
    sentence:
      apart < CLOCKS_AGREE_SECONDS
        ? `${what}: ${wrong}, or the code was used already or has expired. The clocks of router and computer agree.`
        : `${what}: ${wrong}, or the code was used already or has expired. ${relation}, which can be enough to spoil a code.`,
    nextStep: `${again} If it comes from a phone, check the phone’s clock too.`,
  };
}

function device(code: 'motp' | 'totp'): string {
  return code === 'motp' ? 'token' : 'authenticator app';
}
