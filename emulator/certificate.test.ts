import { X509Certificate, createPrivateKey } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { type CertificateRequest, createCertificate, serialNumber } from './certificate.ts';

const request: CertificateRequest = {
  issuer: 'self-signed',
  commonName: 'Vigor Router',
  names: ['vpn.example.com', '127.0.0.1', '2001:db8::1'],
  validFrom: '2024-01-02T03:04:05Z',
  validTo: '2034-01-02T03:04:05Z',
};

describe('createCertificate', () => {
  test('a self-signed certificate that OpenSSL reads as it was asked for', async () => {
    const made = await createCertificate(request);
    const certificate = new X509Certificate(made.pem);
    expect(certificate.subject).toBe('O=DrayTek Corp.\nCN=Vigor Router');
    expect(certificate.issuer).toBe(certificate.subject);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.checkPrivateKey(createPrivateKey(made.keyPem))).toBe(true);
    expect(certificate.checkHost('vpn.example.com')).toBe('vpn.example.com');
    expect(certificate.checkHost('other.example.com')).toBeUndefined();
    expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
    expect(certificate.checkIP('2001:db8::1')).toBe('2001:db8::1');
    expect(certificate.validFromDate.toISOString()).toBe('2024-01-02T03:04:05.000Z');
    expect(certificate.validToDate.toISOString()).toBe('2034-01-02T03:04:05.000Z');
    expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
    expect(made.fingerprint).toBe(certificate.fingerprint256);
    expect(made.publicKeySha256).toMatch(/^[0-9a-f]{64}$/);
    expect(made.caPem).toBeUndefined();
  });

  test('an own authority issues a certificate that it vouches for', async () => {
    const made = await createCertificate({ ...request, issuer: 'own-ca' });
    const authority = new X509Certificate(made.caPem ?? '');
    const leaf = new X509Certificate(made.pem);
    expect(authority.ca).toBe(true);
    expect(leaf.ca).toBe(false);
    expect(leaf.checkIssued(authority)).toBe(true);
    expect(leaf.verify(authority.publicKey)).toBe(true);
  });

  test('every certificate has its own key and serial number', async () => {
    const [one, two] = await Promise.all([createCertificate(request), createCertificate(request)]);
    expect(one.publicKeySha256).not.toBe(two.publicKeySha256);
    expect(new X509Certificate(one.pem).serialNumber).not.toBe(new X509Certificate(two.pem).serialNumber);
  });

  test.each([0, 0x7f, 0x80, 0xff])(
    'a serial number of random bytes %i is positive and in its shortest form',
    (byte) => {
      const bytes = Buffer.from(
        serialNumber((length) => new Uint8Array(length).fill(byte)),
        'hex',
      );
      expect(bytes).toHaveLength(16);
      expect(bytes[0]).toBeGreaterThan(0);
      expect(bytes[0]).toBeLessThan(0x80);
    },
  );

  test('no names: no subjectAltName', async () => {
    const made = await createCertificate({ ...request, names: [] });
    expect(new X509Certificate(made.pem).subjectAltName).toBeUndefined();
  });

  test('a date that is none is refused', async () => {
    await expect(createCertificate({ ...request, validTo: 'tomorrow' })).rejects.toThrow(RangeError);
  });
});
