import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import type { FaultInput } from '../../emulator/faults.ts';
import type { CertificateFacts, FailureCause, FailureKind } from '../../shared/connection.ts';
import { failureText } from '../../shared/failure-text.ts';
import { en } from '../../shared/text/en.ts';
import type { ThreeHosts } from '../support/three-hosts.ts';
import { BEN } from './dial-in-users.ts';
import { SlowFailure } from './slow-failure.ts';
import type { VpnWindow } from './vpn-window.ts';
import type { WalkScene, WalkShell } from './walk-scene.ts';

/** Every way to fail, as the person sees it: what happened, what to do, and the button that does it. */

const NO_NAMES = join(import.meta.dirname, '../support/no-names.ts');
const UNREACHABLE = '198.51.100.7';
const SOON = { interval: 20 };
const LATER = { interval: 200 };
/** In the client's resolv.conf: PRIVATE_RESOLV_CONF of namespace.ts. */
const NAME_SERVER = '192.0.2.53';
/** On this machine's own network they cannot be had at will. */
const NEED_HOSTS: ReadonlySet<string> = new Set<FailureKind>(['name-not-found', 'network-unreachable']);

/** Its sentence says nothing of the certificate. */
const UNIMPORTANT_CERTIFICATE: CertificateFacts = {
  fingerprint: '',
  publicKeySha256: '',
  subject: '',
  issuer: '',
  names: [],
  validFrom: '',
  validTo: '',
};

interface Case {
  /** Of the profile that is dialled; "Office" when left out. */
  readonly profile?: string;
  readonly fault?: FaultInput;
  readonly cause: FailureCause;
  /** The password is not known yet. */
  readonly asks?: true;
}

const notDraytek = (evidence: Extract<FailureCause, { kind: 'not-draytek-ssl-vpn' }>['evidence']) =>
  ({ kind: 'not-draytek-ssl-vpn', evidence }) as const;

/** A text: where that one is seen instead. */
const CASES: Readonly<Record<FailureKind, string | ((office: WalkScene) => readonly Case[])>> = {
  'name-not-found': () => [
    {
      profile: 'Nowhere',
      cause: { kind: 'name-not-found', host: 'vpn.nowhere.example' },
      asks: true,
    },
  ],
  'network-unreachable': () => [
    {
      profile: 'Unreachable',
      cause: { kind: 'network-unreachable', host: UNREACHABLE },
      asks: true,
    },
  ],
  'no-network': 'test/network-changes: a host whose cable is out',
  'captive-portal': 'test/network-changes: a port 80 that leads elsewhere',
  'connection-refused': ({ server, port }) => [
    { fault: { stage: 'tcp', action: 'refuse' }, cause: { kind: 'connection-refused', host: server, port } },
  ],
  'timed-out': 'a test of its own: it takes 15 seconds',
  'tls-failed': () => [
    {
      profile: 'TLS 1.3',
      asks: true,
      cause: { kind: 'tls-failed', reason: '', needs: 'older-tls' },
    },
    {
      fault: { stage: 'tls', action: 'oversized' },
      cause: { kind: 'tls-failed', reason: 'ERR_SSL_DATA_LENGTH_TOO_LONG', needs: undefined },
    },
  ],
  'certificate-unknown': 'the guide',
  'certificate-changed': 'a test of its own: it is a question',
  'not-draytek-ssl-vpn': () => [
    {
      fault: { stage: 'tcp', action: 'ssh-banner' },
      cause: notDraytek({ looksLike: 'no-tls', protocol: 'ssh' }),
    },
    {
      fault: { stage: 'tls', action: 'plain-http' },
      cause: notDraytek({ looksLike: 'no-tls', protocol: 'http' }),
    },
    { fault: { stage: 'connect', action: 'garbage' }, cause: notDraytek({ looksLike: 'other' }) },
    {
      fault: { stage: 'connect', action: 'http-status', status: 501 },
      cause: notDraytek({ looksLike: 'web-server', status: 501 }),
    },
  ],
  'code-refused': 'the guide',
  'locked-out': () => [
    {
      fault: { stage: 'connect', action: 'http-status', status: 429 },
      cause: { kind: 'locked-out', retryAfterSeconds: undefined },
    },
  ],
  'no-address': () => [
    {
      fault: { stage: 'connect', action: 'http-status', status: 503 },
      cause: { kind: 'no-address', reason: 'pool-exhausted' },
    },
    { profile: 'Static', asks: true, cause: { kind: 'no-address', reason: 'static-refused' } },
  ],
  'device-not-permitted': 'a test of its own: it needs a program without the privilege',
  'network-setup-failed': 'client/network: a fault of this computer, not of a router',
  'protocol-error': () => [
    {
      fault: { stage: 'lcp', action: 'oversized' },
      cause: { kind: 'protocol-error', code: 'frame-length', detail: '' },
    },
    {
      fault: { stage: 'ipcp', action: 'refuse' },
      cause: { kind: 'protocol-error', code: 'protocol-rejected', detail: '' },
    },
  ],
  'router-closed': () => [
    { fault: { stage: 'tls', action: 'close' }, cause: { kind: 'router-closed', when: 'securing' } },
    {
      fault: { stage: 'authentication', action: 'close' },
      cause: { kind: 'router-closed', when: 'signing-in' },
    },
  ],
  'peer-silent': 'a test of its own: it takes 20 seconds',
  'link-lost': () => [
    { fault: { stage: 'connect', action: 'drop' }, cause: { kind: 'link-lost', reason: 'ECONNRESET' } },
  ],
  'unsupported-server-type': () => [
    { profile: 'OpenVPN', cause: { kind: 'unsupported-server-type', serverType: 'openvpn' } },
  ],
  // Last: the password is asked for again afterwards.
  'credentials-refused': () => [
    { fault: { stage: 'authentication', action: 'refuse' }, cause: { kind: 'credentials-refused' } },
  ],
  internal: 'nowhere: it is what nobody has thought of',
};

export function failuresWalk(shell: WalkShell): void {
  describe.skipIf(!shell.isPossible)(`failures, in a ${shell.name}`, () => {
    let office: WalkScene;
    let window: VpnWindow;
    let silent: SlowFailure;
    let stalled: SlowFailure;

    beforeAll(async () => {
      office = await shell.open({ tls: { maximumVersion: '1.2' } });
      silent = SlowFailure.begin(office, `${shell.name}-silent`, {
        stage: 'connected',
        action: 'stall',
        afterMilliseconds: 0,
      });
      stalled = SlowFailure.begin(office, `${shell.name}-stalled`, { stage: 'tls', action: 'stall' });
      if (office.hosts !== undefined) await makeUnreachable(office.hosts);
      window = await office.openWindow(`${shell.name}-failures`, () => undefined);
      await window.importProfiles(profiles(office));
      await select('Office');
      await window.connect();
      await typePassword();
      await window.state('Connected');
      await window.button('Disconnect').click();
      await window.state('Disconnected');
    });

    afterAll(async () => {
      await Promise.all([silent.close(), stalled.close()]);
      await office.close();
    });

    async function select(name: string): Promise<void> {
      await window.page
        .getByRole('option')
        .filter({ has: window.page.getByText(name, { exact: true }) })
        .click();
    }

    async function typePassword(): Promise<void> {
      await window.field('Password').fill(BEN.password);
      await window.answer('Connect');
    }

    for (const [kind, cases] of Object.entries(CASES)) {
      if (typeof cases === 'string') continue;
      test.skipIf(NEED_HOSTS.has(kind) && !shell.hasHosts)(`${kind}, as its sentence`, async () => {
        onTestFailed(() => window.keepFailure());
        for (const { profile = 'Office', fault, cause, asks = false } of cases(office)) {
          await office.router.setFaults(...(fault === undefined ? [] : [fault]));
          await select(profile);
          // What cannot be dialled at all needs no permission either.
          if (cause.kind === 'unsupported-server-type') await window.press('Connect');
          else await window.connect();
          if (asks) await typePassword();
          await expect.poll(() => window.failureCard(), SOON).toEqual(cardOf(cause));
          await window.picture(kind);
        }
      });
    }

    test('a certificate that has changed is a question, with a warning', async () => {
      await office.router.setFaults();
      const fingerprint = await office.router.regenerateCertificate();
      await select('Office');
      await window.connect();
      await typePassword();
      const { title, sentence } = failureText({
        kind: 'certificate-changed',
        certificate: UNIMPORTANT_CERTIFICATE,
        trustedPublicKeySha256: '',
      });
      await window.dialog.getByRole('heading', { name: title }).waitFor();
      await window.dialog.getByText(sentence, { exact: true }).waitFor();
      await window.dialog.getByText(fingerprint).waitFor();
      expect(await window.button('Trust the new certificate').isDisabled()).toBe(true);
      await window.picture('certificate-changed');
      await window.answer('Cancel');
      await window.state('Disconnected');
      expect(window.complaints).toEqual([]);
    });

    test('a router that does not answer, as its sentence', async () => {
      const window = await stalled.window();
      await expect
        .poll(() => window.failureCard(), LATER)
        .toEqual(cardOf({ kind: 'timed-out', stage: 'securing', seconds: 15 }));
    });

    test('a router that has fallen silent, as its sentence', async () => {
      const window = await silent.window();
      // A busy machine notices it a little later.
      const cards = [20, 21, 22, 23, 24, 25].map((seconds) => cardOf({ kind: 'peer-silent', seconds }));
      await expect.poll(() => window.failureCard(), LATER).toBeOneOf(cards);
      await window.picture('peer-silent');
    });
  });
}

/** As the window shows it. */
function cardOf(cause: FailureCause) {
  const { title, sentence, nextStep, action } = failureText(cause);
  return { title, said: [sentence, nextStep], offers: en.action[action] };
}

function profiles({ server, port, router }: WalkScene): readonly Readonly<Record<string, unknown>>[] {
  const trustedCertificate = {
    publicKeySha256: router.publicKeySha256,
    trustedAt: new Date().toISOString(),
  };
  const office = { server, port, userName: BEN.userName, trustedCertificate };
  return [
    { ...office, name: 'Office' },
    { ...office, name: 'Nowhere', server: 'vpn.nowhere.example' },
    { ...office, name: 'Unreachable', server: UNREACHABLE },
    { ...office, name: 'TLS 1.3', advanced: { minimumTls: '1.3' } },
    {
      ...office,
      name: 'Static',
      ip: { mode: 'static', address: '172.31.0.9', netmask: '255.255.255.0', dns: [] },
    },
    { ...office, name: 'OpenVPN', serverType: 'openvpn' },
  ];
}

/** A network that the client knows to be unreachable, and a name server that knows no names. */
async function makeUnreachable({ client, router }: ThreeHosts): Promise<void> {
  await client.exec(['ip', 'route', 'add', 'unreachable', `${UNREACHABLE}/32`]);
  await router.exec(['ip', 'address', 'add', `${NAME_SERVER}/32`, 'dev', 'lo']);
  const names = router.spawn([process.execPath, NO_NAMES, NAME_SERVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (names.stdout !== null) await once(names.stdout, 'data');
}
