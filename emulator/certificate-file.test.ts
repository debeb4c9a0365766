import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCertificate } from './certificate-file.ts';

const REQUEST = {
  issuer: 'self-signed',
  commonName: 'Vigor Router',
  names: [],
  validFrom: '2020-01-01T00:00:00Z',
  validTo: '2049-12-31T23:59:59Z',
} as const;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-certificate-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('kept while it is asked for in the same words, made anew when not', async () => {
  const problems: string[] = [];
  const first = await openCertificate(folder, REQUEST, 0, problems);
  expect(await openCertificate(folder, { ...REQUEST }, 0, problems)).toEqual(first);
  const other = await openCertificate(folder, { ...REQUEST, names: ['vpn.example.com'] }, 0, problems);
  expect(other.fingerprint).not.toBe(first.fingerprint);
  expect(problems).toEqual([]);
});

test.each(['not json', '{"version":1}', 'no certificate in it'])('damaged: %s', async (text) => {
  const path = join(folder, 'certificate.json');
  const damaged = text.startsWith('no')
    ? JSON.stringify({ version: 1, request: REQUEST, pem: text, keyPem: text })
    : text;
  await writeFile(path, damaged);
  const problems: string[] = [];
  const made = await openCertificate(folder, REQUEST, 0, problems);
  expect(made.pem).toContain('BEGIN CERTIFICATE');
  expect(problems).toHaveLength(1);
  const aside = (await readdir(folder)).find((name) => name.includes('damaged'));
  expect(await readFile(join(folder, aside ?? ''), 'utf8')).toBe(damaged);
});
