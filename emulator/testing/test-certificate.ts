import { createCertificate } from '../certificate.ts';

interface OwnCertificate {
  readonly own: { readonly certificatePem: string; readonly keyPem: string };
}

let made: Promise<OwnCertificate> | undefined;

/** One certificate for all routers of a test file: making a key takes longer than most tests. */
export function testTls(): Promise<OwnCertificate> {
  made ??= createCertificate({
    issuer: 'self-signed',
    commonName: 'Vigor Router',
    names: [],
    validFrom: '2020-01-01T00:00:00Z',
    validTo: '2049-12-31T23:59:59Z',
  }).then(({ pem, keyPem }) => ({ own: { certificatePem: pem, keyPem } }));
  return made;
}
