import type { Catalogue } from './catalogue.ts';
import { duration } from './en-duration.ts';
import { failure } from './en-failure.ts';
import { dnsUse } from './en-dns.ts';
import { secretProblem } from './en-secrets.ts';
import { storeProblem } from './en-store.ts';

/** English. Words in quotes in ui.md are DrayTek's own, because people follow its guides with them on screen. */
export const en: Catalogue = {
  duration,
  stage: {
    resolving: 'Looking up the router…',
    connecting: 'Calling the router…',
    securing: 'Opening a secure channel…',
    requesting: 'Asking for a VPN tunnel…',
    negotiating: 'Agreeing on the tunnel…',
    'signing-in': 'Signing in…',
    addressing: 'Waiting for an address…',
    'second-step': 'Checking for a second sign-in step…',
    configuring: 'Setting up the network…',
  },
  state: {
    disconnected: 'Disconnected',
    prompting: 'Waiting for you',
    connecting: 'Connecting',
    connected: 'Connected',
    waiting: 'Reconnecting',
    disconnecting: 'Disconnecting',
    failed: 'Not connected',
  },
  waiting: (seconds, attempt) =>
    seconds <= 0 ? `Trying again (attempt ${attempt})…` : `Trying again in ${duration(seconds)}…`,
  blocked: {
    line: (line) => `Traffic blocked. ${line}`,
    sentence:
      'Traffic is blocked until the tunnel is back: what would go through it goes nowhere. The local network, and what the profile keeps out of the tunnel, is reached. Disconnecting ends the block.',
    ended: 'Traffic is no longer blocked: it leaves past the VPN.',
  },
  connectedLine: (address, interfaceName) =>
    interfaceName === undefined ? `Signed in, address ${address}` : `Connected, address ${address}`,
  failure,
  action: {
    retry: 'Try again',
    'retry-later': 'Try again',
    'edit-profile': 'Edit profile',
    'enter-credentials': 'Enter again',
    'review-certificate': 'Review certificate',
    'allow-legacy-renegotiation': 'Allow legacy renegotiation',
    'test-connection': 'Test connection',
    'show-log': 'Show log',
  },
  prompt: {
    credentials: ({ asks, userName }) => {
      const { what, label, explanation } = CREDENTIALS[asks];
      const title = userName === '' ? `${what} needed` : `${what} needed for ${userName}`;
      return { title, label, explanation };
    },
    secondStep: (refused, secondsLeft) => ({
      title: refused ? 'The router did not accept that code' : 'The router asks for a second code',
      label: 'Code',
      explanation: `Type the six digits that your authenticator app shows now. ${duration(secondsLeft)} left.`,
    }),
    certificate: ({ cause }) =>
      cause.kind === 'certificate-changed'
        ? {
            title: 'The router’s certificate has changed',
            label: undefined,
            explanation: failure['certificate-changed'](cause).sentence,
          }
        : {
            title: 'Is this your router?',
            label: undefined,
            explanation: failure['certificate-unknown'](cause).sentence,
          },
  },
  ended: (end) => ENDED[end],
  serverType: {
    ssl: 'SSL VPN Tunnel',
    openvpn: 'OpenVPN',
    'ikev2-eap': 'IKEv2 EAP',
    'ipsec-xauth': 'IPsec XAuth',
    'l2tp-ipsec': 'L2TP over IPsec',
  },
  storeProblem,
  secretProblem,
  dnsUse,
};

/** One-time passwords go into the field "Password", as in DrayTek's client. */
const CREDENTIALS = {
  password: { what: 'Password', label: 'Password', explanation: 'It is sent to the router alone.' },
  'motp-code': {
    what: 'One-time password',
    label: 'Password',
    explanation: 'Type the six characters that your mOTP token shows now. Each can be used once.',
  },
  'motp-pin': {
    what: 'PIN',
    label: 'PIN',
    explanation: 'The one-time password is made from it here. The PIN itself is not sent.',
  },
} as const;

const ENDED: Readonly<Record<Parameters<Catalogue['ended']>[0], string>> = {
  user: 'Disconnected by you',
  'no-network': 'No network',
  'captive-portal': 'Sign-in page of a network',
  'name-not-found': 'Router’s name not found',
  'network-unreachable': 'No way to the router',
  'connection-refused': 'Connection refused',
  'timed-out': 'No answer in time',
  'tls-failed': 'No secure channel',
  'certificate-unknown': 'Certificate not trusted',
  'certificate-changed': 'Certificate changed',
  'not-draytek-ssl-vpn': 'Not a DrayTek SSL VPN',
  'credentials-refused': 'User name or password refused',
  'code-refused': 'One-time password refused',
  'locked-out': 'Locked out by the router',
  'no-address': 'No address given',
  'device-not-permitted': 'Not permitted on this computer',
  'network-setup-failed': 'Network setup failed',
  'protocol-error': 'Unexpected data from the router',
  'router-closed': 'Ended by the router',
  'peer-silent': 'Router stopped answering',
  'link-lost': 'Connection broke',
  'unsupported-server-type': 'Server type not supported',
  internal: 'Fault in this program',
};
