import type { CertificateFacts, CertificateProblem, FailureCause } from '../../shared/connection.ts';

/** What the server showed, and what the machine's certificate authorities say of it. */
export interface PresentedCertificate {
  readonly facts: CertificateFacts;
  /** OpenSSL's or Node's code for why it is not vouched for; undefined when it is, for this very name. */
  readonly verifyError: string | undefined;
}

export interface CertificatePolicy {
  /** "Enable Server Certificate Authentication" */
  readonly verify: boolean;
  /** SHA-256 of the SubjectPublicKeyInfo that the user said yes to, lower-case hex. */
  readonly trustedPublicKeySha256: string | undefined;
}

export type CertificateRefusal = Extract<
  FailureCause,
  { kind: 'certificate-unknown' | 'certificate-changed' }
>;

export type CertificateDecision =
  | { readonly accepted: true; readonly because: 'not-verified' | 'authority' | 'pinned' }
  | { readonly accepted: false; readonly cause: CertificateRefusal };

/**
 * Whether credentials may be sent to whoever holds this certificate's key.
 *
 * An authority's word for the name is enough, even where another key was pinned before: a pin is the
 * substitute for an authority's word, and an administrator who replaces the router's self-signed
 * certificate by a bought one must not make every client shout. Without that word the pinned key, and
 * only it, is accepted, whatever its certificate's dates and names say: the user trusted the key.
 */
export function judgeCertificate(
  presented: PresentedCertificate,
  policy: CertificatePolicy,
  now: number,
): CertificateDecision {
  if (!policy.verify) return { accepted: true, because: 'not-verified' };
  if (presented.verifyError === undefined) return { accepted: true, because: 'authority' };
  const certificate = presented.facts;
  const trustedPublicKeySha256 = policy.trustedPublicKeySha256;
  if (trustedPublicKeySha256 === undefined) {
    const problem = certificateProblem(presented.verifyError, certificate, now);
    return { accepted: false, cause: { kind: 'certificate-unknown', certificate, problem } };
  }
  if (trustedPublicKeySha256.toLowerCase() === certificate.publicKeySha256) {
    return { accepted: true, because: 'pinned' };
  }
  return { accepted: false, cause: { kind: 'certificate-changed', certificate, trustedPublicKeySha256 } };
}

/** Whether all that it lacks is an authority that is known: another store may know it. */
export function isAuthorityUnknown({ facts, verifyError }: PresentedCertificate, now: number): boolean {
  return verifyError !== undefined && certificateProblem(verifyError, facts, now) === 'unknown-authority';
}

/**
 * The dates come first: which of several errors OpenSSL reports last depends on its version, and a
 * wrong date is the one that the user can check.
 */
function certificateProblem(code: string, facts: CertificateFacts, now: number): CertificateProblem {
  if (now > Date.parse(facts.validTo)) return 'expired';
  if (now < Date.parse(facts.validFrom)) return 'not-yet-valid';
  switch (code) {
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
      return 'self-signed';
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_GET_ISSUER_CERT':
    case 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
    case 'CERT_UNTRUSTED':
      // A self-signed certificate that may not sign certificates is reported as lacking an issuer.
      return facts.subject === facts.issuer ? 'self-signed' : 'unknown-authority';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return 'wrong-name';
    // Of an issuer in the chain: the leaf's own dates were checked above.
    case 'CERT_HAS_EXPIRED':
      return 'expired';
    case 'CERT_NOT_YET_VALID':
      return 'not-yet-valid';
    default:
      return 'invalid';
  }
}
