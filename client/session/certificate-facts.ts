import { createHash, type X509Certificate } from 'node:crypto';
import type { CertificateFacts } from '../../shared/connection.ts';

/** SHA-256 of the SubjectPublicKeyInfo (RFC 5280 §4.1), lower-case hex: what a profile pins. */
export function publicKeySha256(certificate: X509Certificate): string {
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(spki).digest('hex');
}

/** Throws what OpenSSL throws when the key is of a kind that it does not know. */
export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  return {
    fingerprint: certificate.fingerprint256,
    publicKeySha256: publicKeySha256(certificate),
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    names: alternativeNames(certificate.subjectAltName),
    validFrom: isoDate(certificate.validFromDate),
    validTo: isoDate(certificate.validToDate),
  };
}

/** Node gives a distinguished name one attribute per line. */
function oneLine(name: string | undefined): string {
  return (name ?? '').split('\n').filter(Boolean).join(', ');
}

/** "DNS:vpn.example.com, IP Address:192.0.2.1" → the names alone. Node quotes odd ones as JSON. */
function alternativeNames(text: string | undefined): string[] {
  const names = (text ?? '').matchAll(/(?:^|, )(?:DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)/g);
  return [...names].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** A certificate may carry a date that no calendar knows. */
function isoDate(date: Date): string {
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}
