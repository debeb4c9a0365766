import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ADDRESS } from '../hosts.ts';

const run = promisify(execFile);

/** Paths of PEM files. */
export interface PeerCertificates {
  readonly authority: string;
  readonly serverCertificate: string;
  readonly serverKey: string;
  readonly clientCertificate: string;
  readonly clientKey: string;
}

const made = new Map<string, Promise<PeerCertificates>>();

/** Throw-away certificates (P-256) of one authority for both ends, in `folder`; made once for each. */
export function peerCertificates(folder: string): Promise<PeerCertificates> {
  const promise = made.get(folder) ?? makeCertificates(folder);
  made.set(folder, promise);
  return promise;
}

async function makeCertificates(folder: string): Promise<PeerCertificates> {
  const path = (name: string): string => join(folder, name);
  const create = async (name: string, extra: readonly string[]): Promise<void> => {
    const files = ['-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)];
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    await run('openssl', [
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      `/CN=bench-${name}`,
      ...files,
      ...extra,
    ]);
  };
  const issuer = ['-CA', path('authority.pem'), '-CAkey', path('authority.key')];
  const leaf = ['-addext', 'basicConstraints=critical,CA:false'];
  await create('authority', []);
  await create('server', [...issuer, ...leaf, '-addext', `subjectAltName=IP:${ADDRESS.router}`]);
  await create('client', [...issuer, ...leaf]);
  return {
    authority: path('authority.pem'),
    serverCertificate: path('server.pem'),
    serverKey: path('server.key'),
    clientCertificate: path('client.pem'),
    clientKey: path('client.key'),
  };
}
