import { describe, expect, test } from 'vitest';
import type { CertificateFacts, CertificateProblem, FailureCause, FailureKind } from './connection.ts';
import { ACCOUNT_PROBLEMS, DEVICE_NEEDS, STAGES } from './connection.ts';
import { failureText } from './failure-text.ts';

const certificate: CertificateFacts = {
  fingerprint: 'AA:BB',
  publicKeySha256: '0'.repeat(64),
  subject: 'CN=Vigor',
  issuer: 'CN=Branch CA',
  names: ['vigor.example', '192.0.2.1'],
  validFrom: '2027-01-02T03:04:05.000Z',
  validTo: '2020-01-02T03:04:05.000Z',
};

const unknown = (problem: CertificateProblem): FailureCause => ({
  kind: 'certificate-unknown',
  certificate,
  problem,
});

const clocks = (code: 'motp' | 'totp', clockDifferenceSeconds: number | undefined): FailureCause => ({
  kind: 'code-refused',
  code,
  clockDifferenceSeconds,
});

/** Complete by its type: every kind of failure, in all its shades. */
const CAUSES: { readonly [Kind in FailureKind]: readonly Extract<FailureCause, { kind: Kind }>[] } = {
  'name-not-found': [{ kind: 'name-not-found', host: 'vpn.example' }],
  'no-network': [{ kind: 'no-network' }],
  'captive-portal': [
    { kind: 'captive-portal', page: 'portal.hotel.example' },
    { kind: 'captive-portal', page: undefined },
  ],
  'network-unreachable': [{ kind: 'network-unreachable', host: 'vpn.example' }],
  'connection-refused': [{ kind: 'connection-refused', host: 'vpn.example', port: 4433 }],
  'timed-out': STAGES.map((stage) => ({ kind: 'timed-out', stage, seconds: 10 })),
  'tls-failed': (['legacy-renegotiation', 'older-tls', undefined] as const).map((needs) => ({
    kind: 'tls-failed',
    reason: 'ERR_SSL_X',
    needs,
  })),
  'certificate-unknown': (
    ['self-signed', 'unknown-authority', 'expired', 'not-yet-valid', 'wrong-name', 'invalid'] as const
  ).map((problem) => ({ kind: 'certificate-unknown', certificate, problem })),
  'certificate-changed': [
    { kind: 'certificate-changed', certificate, trustedPublicKeySha256: '1'.repeat(64) },
  ],
  'not-draytek-ssl-vpn': [
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'web-server', status: 404 } },
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'no-tls', protocol: 'ssh' } },
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'no-tls', protocol: 'http' } },
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'no-tls', protocol: 'other' } },
    { kind: 'not-draytek-ssl-vpn', evidence: { looksLike: 'other' } },
  ],
  'credentials-refused': [
    { kind: 'credentials-refused' },
    ...ACCOUNT_PROBLEMS.map((because) => ({ kind: 'credentials-refused', because }) as const),
  ],
  'code-refused': (['motp', 'totp'] as const).flatMap((code) =>
    [undefined, 0, 12, -12, 125, -86_400].map((clockDifferenceSeconds) => ({
      kind: 'code-refused' as const,
      code,
      clockDifferenceSeconds,
    })),
  ),
  'locked-out': [
    { kind: 'locked-out', retryAfterSeconds: undefined },
    { kind: 'locked-out', retryAfterSeconds: 1800 },
  ],
  'no-address': (['pool-exhausted', 'static-refused', 'unusable'] as const).map((reason) => ({
    kind: 'no-address',
    reason,
  })),
  'device-not-permitted': DEVICE_NEEDS.map((missing) => ({
    kind: 'device-not-permitted',
    missing,
  })),
  'network-setup-failed': [{ kind: 'network-setup-failed', step: 'route', detail: 'File exists' }],
  'protocol-error': [{ kind: 'protocol-error', code: 'frame-version', detail: 'version 7' }],
  'router-closed': [...STAGES, 'connected' as const].map((when) => ({ kind: 'router-closed', when })),
  'peer-silent': [{ kind: 'peer-silent', seconds: 40 }],
  'link-lost': [{ kind: 'link-lost', reason: 'ECONNRESET' }],
  'unsupported-server-type': [{ kind: 'unsupported-server-type', serverType: 'openvpn' }],
  internal: [{ kind: 'internal', detail: 'a case is missing' }],
};

describe('every failure', () => {
  const all = Object.values(CAUSES).flat();

  test.each(all.map((cause) => [JSON.stringify(cause), cause] as const))(
    '%s reads as sentences',
    (_, cause) => {
      const { title, sentence, nextStep } = failureText(cause);
      expect(title).toMatch(/^\p{Lu}.*[^.]$/u);
      expect(title.length).toBeLessThanOrEqual(50);
      expect(sentence).toMatch(/^\p{Lu}.*[.\p{L}]$/u);
      expect(nextStep).toMatch(/^[\p{Lu}“].*\.$/u);
      for (const text of [title, sentence, nextStep]) {
        expect(text).not.toMatch(/undefined|null|NaN|\[object| {2}|\.\.|: ?\./);
      }
    },
  );

  test('no two read the same', () => {
    const texts = all
      .map((cause) => failureText(cause))
      .map(({ title, sentence }) => `${title}: ${sentence}`);
    expect(new Set(texts).size).toBe(texts.length);
  });
});

describe('a refused one-time password', () => {
  test('names all reasons when the clocks are not known', () => {
    const { sentence } = failureText(clocks('motp', undefined));
    expect(sentence).toMatch(
      /PIN is wrong.*used already or has expired.*clocks of router and token are apart/,
    );
  });

  test('blames the clocks, and says by how much, when they are too far apart', () => {
    const ahead = failureText(clocks('motp', 125));
    expect(ahead.sentence).toContain('2 minutes 5 seconds ahead of this computer’s');
    expect(ahead.nextStep).toContain('clock');
    expect(failureText(clocks('totp', -30)).sentence).toContain('30 seconds behind this computer’s');
    expect(ahead.sentence).not.toContain('PIN');
  });

  test('clears the clocks when they agree', () => {
    const { sentence } = failureText(clocks('motp', -1));
    expect(sentence).toMatch(/PIN is wrong.*clocks of router and computer agree/);
  });

  test('mentions clocks that differ a little', () => {
    expect(failureText(clocks('motp', 12)).sentence).toMatch(/PIN is wrong.*12 seconds ahead/);
  });

  test('does not speak of a PIN when there is none', () => {
    for (const seconds of [undefined, 0, 12, 125]) {
      expect(JSON.stringify(failureText(clocks('totp', seconds)))).not.toContain('PIN');
    }
  });
});

test('the button does what the next step says', () => {
  const action = (cause: FailureCause): string => failureText(cause).action;
  expect(action({ kind: 'tls-failed', reason: 'x', needs: 'legacy-renegotiation' })).toBe(
    'allow-legacy-renegotiation',
  );
  expect(action({ kind: 'tls-failed', reason: 'x', needs: undefined })).toBe('edit-profile');
  expect(action(unknown('self-signed'))).toBe('review-certificate');
  expect(action({ kind: 'locked-out', retryAfterSeconds: 60 })).toBe('retry-later');
  expect(action({ kind: 'no-address', reason: 'static-refused' })).toBe('edit-profile');
  expect(action({ kind: 'no-address', reason: 'pool-exhausted' })).toBe('retry');
  expect(action(clocks('motp', undefined))).toBe('enter-credentials');
  expect(action({ kind: 'device-not-permitted', missing: 'privilege' })).toBe('test-connection');
});

test('a certificate says what is wrong with it, and that nothing was sent', () => {
  expect(failureText(unknown('expired')).sentence).toContain('expired on 2020-01-02');
  expect(failureText(unknown('not-yet-valid')).sentence).toContain('from 2027-01-02');
  expect(failureText(unknown('wrong-name')).sentence).toContain('vigor.example, 192.0.2.1');
  expect(failureText(unknown('unknown-authority')).sentence).toContain('CN=Branch CA');
  expect(failureText(unknown('self-signed')).sentence).toContain('Your password has not been sent.');
});
