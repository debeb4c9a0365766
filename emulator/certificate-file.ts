import { isDeepStrictEqual } from 'node:util';
import { join } from 'node:path';
import { z } from 'zod';
import {
  type CertificateRequest,
  type RouterCertificate,
  createCertificate,
  describeCertificate,
} from './certificate.ts';
import { parseJson, readStateFile, setAside, writeStateFile } from './state-file.ts';

/** `<folder>/certificate.json`, mode 0600: the certificate, its key, and what it was asked to say. */
const fileSchema = z.object({
  version: z.literal(1),
  request: z.unknown(),
  pem: z.string(),
  keyPem: z.string(),
  caPem: z.string().optional(),
});

function pathIn(folder: string): string {
  return join(folder, 'certificate.json');
}

/**
 * The certificate of the state folder when it was made from the same request, as a router keeps its
 * own over a restart; else a new one, which is stored. Problems are appended as sentences.
 */
export async function openCertificate(
  folder: string | undefined,
  request: CertificateRequest,
  now: number,
  problems: string[],
): Promise<RouterCertificate> {
  const stored = folder === undefined ? undefined : await readCertificate(folder, request, now, problems);
  return stored ?? makeCertificate(folder, request);
}

/** A new key and certificate, stored when there is a folder. */
export async function makeCertificate(
  folder: string | undefined,
  request: CertificateRequest,
): Promise<RouterCertificate> {
  const made = await createCertificate(request);
  if (folder !== undefined) {
    const { pem, keyPem, caPem } = made;
    await writeStateFile(
      pathIn(folder),
      `${JSON.stringify({ version: 1, request, pem, keyPem, caPem }, undefined, 2)}\n`,
    );
  }
  return made;
}

async function readCertificate(
  folder: string,
  request: CertificateRequest,
  now: number,
  problems: string[],
): Promise<RouterCertificate | undefined> {
  const path = pathIn(folder);
  const text = await readStateFile(path);
  if (text === undefined) return undefined;
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) {
    const { pem, keyPem, caPem } = parsed.data;
    if (!isDeepStrictEqual(parsed.data.request, request)) return undefined;
    try {
      return describeCertificate(pem, keyPem, caPem);
    } catch {
      // no certificate in it: damaged, as below
    }
  }
  problems.push(`The certificate's file was damaged and has been set aside as ${await setAside(path, now)}`);
  return undefined;
}
