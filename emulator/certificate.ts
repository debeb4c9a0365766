import { X509Certificate, createHash, createPrivateKey, generateKeyPair, randomBytes } from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';

/** What the router's certificate shall say. Dates are ISO 8601. */
export interface CertificateRequest {
  /** `own-ca`: issued by a certificate authority made for it, which the router shows as `caPem`. */
  readonly issuer: 'self-signed' | 'own-ca';
  readonly commonName: string;
  /** DNS names and IP addresses for subjectAltName; none = no such extension, as on older routers. */
  readonly names: readonly string[];
  readonly validFrom: string;
  readonly validTo: string;
}

export interface RouterCertificate {
  /** The leaf alone. */
  readonly pem: string;
  readonly keyPem: string;
  /** The authority's certificate, when there is one. */
  readonly caPem: string | undefined;
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string;
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  readonly publicKeySha256: string;
}

const generate = promisify(generateKeyPair);

interface Issuer {
  readonly key: forge.pki.rsa.PrivateKey;
  readonly attributes: forge.pki.CertificateField[];
}

/** A new RSA-2048 key and a certificate for it. Throws RangeError on a date that is none. */
export async function createCertificate(request: CertificateRequest): Promise<RouterCertificate> {
  const keyPem = await createKey();
  if (request.issuer === 'self-signed') {
    return describeCertificate(sign(request, keyPem, undefined, false), keyPem, undefined);
  }
  const caKeyPem = await createKey();
  const ca = { ...request, commonName: 'Vigor emulator CA', names: [] };
  const caPem = sign(ca, caKeyPem, undefined, true);
  const issuer = { key: forge.pki.privateKeyFromPem(caKeyPem), attributes: subjectOf(ca.commonName) };
  return describeCertificate(sign(request, keyPem, issuer, false), keyPem, caPem);
}

/** The hashes of a certificate that is there already. Throws on a PEM that is none. */
export function describeCertificate(
  pem: string,
  keyPem: string,
  caPem: string | undefined,
): RouterCertificate {
  const certificate = new X509Certificate(pem);
  const spki = certificate.publicKey.export({ type: 'spki', format: 'der' });
  return {
    pem,
    keyPem,
    caPem,
    fingerprint: certificate.fingerprint256,
    publicKeySha256: createHash('sha256').update(spki).digest('hex'),
  };
}

/** One that its owner brings along, with its chain behind it. Throws when it cannot be used. */
export function ownCertificate(pem: string, keyPem: string): RouterCertificate {
  try {
    if (new X509Certificate(pem).checkPrivateKey(createPrivateKey(keyPem))) {
      return describeCertificate(pem, keyPem, undefined);
    }
  } catch (error) {
    throw new Error('The configured certificate or its key cannot be read', { cause: error });
  }
  throw new Error('The configured key does not belong to the certificate');
}

/** By node:crypto: forge's own generator is JavaScript and takes seconds. */
async function createKey(): Promise<string> {
  const pair = await generate('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return pair.privateKey;
}

function sign(
  request: CertificateRequest,
  keyPem: string,
  issuer: Issuer | undefined,
  isAuthority: boolean,
): string {
  const key = forge.pki.privateKeyFromPem(keyPem);
  const subject = subjectOf(request.commonName);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(key.n, key.e);
  certificate.serialNumber = serialNumber(randomBytes);
  certificate.validity.notBefore = parseDate(request.validFrom);
  certificate.validity.notAfter = parseDate(request.validTo);
  certificate.setSubject(subject);
  certificate.setIssuer(issuer?.attributes ?? subject);
  certificate.setExtensions(extensionsOf(request.names, isAuthority));
  certificate.sign(issuer?.key ?? key, forge.md.sha256.create());
  return forge.pki.certificateToPem(certificate);
}

/**
 * Sixteen bytes as hex. RFC 5280 §4.1.2.2 wants a positive number, and DER its shortest form: neither a sign
 * bit nor a zero byte in front, which is why the first byte is not random.
 */
export function serialNumber(random: (length: number) => Uint8Array): string {
  return `01${Buffer.from(random(15)).toString('hex')}`;
}

function subjectOf(commonName: string): forge.pki.CertificateField[] {
  return [
    { name: 'organizationName', value: 'DrayTek Corp.' },
    { name: 'commonName', value: commonName },
  ];
}

function extensionsOf(names: readonly string[], isAuthority: boolean): object[] {
  const usage = isAuthority
    ? { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true }
    : { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true };
  const extensions: object[] = [{ name: 'basicConstraints', cA: isAuthority, critical: true }, usage];
  if (!isAuthority) extensions.push({ name: 'extKeyUsage', serverAuth: true });
  if (names.length > 0) extensions.push({ name: 'subjectAltName', altNames: names.map(altName) });
  return extensions;
}

/** RFC 5280 §4.2.1.6: 2 = dNSName, 7 = iPAddress. */
function altName(name: string): object {
  return isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name };
}

function parseDate(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime())) throw new RangeError(`Not a date: ${text}`);
  return date;
}
