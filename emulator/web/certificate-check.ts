import { type KeyObject, X509Certificate, createPrivateKey } from 'node:crypto';

export interface CertificateProblem {
  readonly field: 'certificate' | 'key';
  /** A sentence that holds nothing of the key. */
  readonly text: string;
}

/** Why the router cannot use a certificate and key, PEM both. An expired one can be used: clients are to be tested. */
export function ownCertificateProblem(pem: string, keyPem: string): CertificateProblem | undefined {
  let certificate: X509Certificate;
  try {
    if (!pem.includes('-----BEGIN CERTIFICATE-----')) throw new Error('no PEM');
    certificate = new X509Certificate(pem);
  } catch {
    return { field: 'certificate', text: 'This is not a certificate in PEM text (BEGIN CERTIFICATE)' };
  }
  if (/^-----BEGIN ENCRYPTED|^Proc-Type: 4,ENCRYPTED/m.test(keyPem)) {
    return { field: 'key', text: 'The key has a passphrase: paste it without one' };
  }
  const key = readKey(keyPem);
  if (key === undefined)
    return { field: 'key', text: 'This is not a private key in PEM text (BEGIN PRIVATE KEY)' };
  if (!certificate.checkPrivateKey(key))
    return { field: 'key', text: 'The key does not belong to this certificate' };
  return undefined;
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}
