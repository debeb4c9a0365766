import { describe, expect, test } from 'vitest';
import type { CertificateFacts } from '../../shared/connection.ts';
import { judgeCertificate } from './certificate-policy.ts';

const NOW = Date.parse('2026-06-01T00:00:00Z');
const KEY = 'ab'.repeat(32);

const facts: CertificateFacts = {
  fingerprint: 'AA:BB',
  publicKeySha256: KEY,
  subject: 'CN=Vigor Router',
  issuer: 'CN=Vigor Router',
  names: [],
  validFrom: '2020-01-01T00:00:00.000Z',
  validTo: '2030-01-01T00:00:00.000Z',
};
const selfSigned = { facts, verifyError: 'DEPTH_ZERO_SELF_SIGNED_CERT' };
const nothingPinned = { verify: true, trustedPublicKeySha256: undefined };

describe('accepted', () => {
  test('an authority vouches for it', () => {
    const decision = judgeCertificate({ facts, verifyError: undefined }, nothingPinned, NOW);
    expect(decision).toEqual({ accepted: true, because: 'authority' });
  });

  test('an authority vouches for it although another key was pinned', () => {
    const policy = { verify: true, trustedPublicKeySha256: 'cd'.repeat(32) };
    expect(judgeCertificate({ facts, verifyError: undefined }, policy, NOW)).toEqual({
      accepted: true,
      because: 'authority',
    });
  });

  test('the pinned key, even when its certificate has expired since', () => {
    const policy = { verify: true, trustedPublicKeySha256: KEY };
    const later = Date.parse('2040-01-01T00:00:00Z');
    expect(judgeCertificate(selfSigned, policy, later)).toEqual({ accepted: true, because: 'pinned' });
  });

  test('anything when the user switched verification off', () => {
    const policy = { verify: false, trustedPublicKeySha256: 'cd'.repeat(32) };
    expect(judgeCertificate(selfSigned, policy, NOW)).toEqual({ accepted: true, because: 'not-verified' });
  });
});

describe('refused', () => {
  test('another key than the pinned one is a change, whatever else is wrong with it', () => {
    const trustedPublicKeySha256 = 'cd'.repeat(32);
    for (const verifyError of ['DEPTH_ZERO_SELF_SIGNED_CERT', 'CERT_HAS_EXPIRED', 'anything']) {
      expect(judgeCertificate({ facts, verifyError }, { verify: true, trustedPublicKeySha256 }, NOW)).toEqual(
        {
          accepted: false,
          cause: { kind: 'certificate-changed', certificate: facts, trustedPublicKeySha256 },
        },
      );
    }
  });

  const bySomeoneElse = { ...facts, issuer: 'CN=Example CA' };
  test.each([
    ['DEPTH_ZERO_SELF_SIGNED_CERT', facts, NOW, 'self-signed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', facts, NOW, 'self-signed'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', bySomeoneElse, NOW, 'unknown-authority'],
    ['SELF_SIGNED_CERT_IN_CHAIN', bySomeoneElse, NOW, 'unknown-authority'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', bySomeoneElse, NOW, 'unknown-authority'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', bySomeoneElse, NOW, 'wrong-name'],
    ['CERT_HAS_EXPIRED', bySomeoneElse, Date.parse('2031-01-01'), 'expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', facts, Date.parse('2031-01-01'), 'expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', facts, Date.parse('2019-01-01'), 'not-yet-valid'],
    ['CERT_HAS_EXPIRED', bySomeoneElse, NOW, 'expired'],
    ['CERT_SIGNATURE_FAILURE', bySomeoneElse, NOW, 'invalid'],
  ] as const)('%s', (verifyError, certificate, now, problem) => {
    expect(judgeCertificate({ facts: certificate, verifyError }, nothingPinned, now)).toEqual({
      accepted: false,
      cause: { kind: 'certificate-unknown', certificate, problem },
    });
  });
});
