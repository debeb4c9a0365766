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
  request: z.unknown().optional(),
  /** Made or brought by the administrator: stays, whatever the configuration asks for. */
  kept: z.boolean().default(false),
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

/** A new key and certificate, stored when there is a folder. `kept`: also when the configuration asks for another. */
export async function makeCertificate(
  folder: string | undefined,
  request: CertificateRequest,
  kept = false,
): Promise<RouterCertificate> {
  const made = await createCertificate(request);
  await storeCertificate(folder, made, { request, kept });
  return made;
}

/** One that the administrator has brought. */
export async function keepCertificate(
  folder: string | undefined,
  certificate: RouterCertificate,
): Promise<void> {
  await storeCertificate(folder, certificate, { kept: true });
}

async function storeCertificate(
  folder: string | undefined,
  { pem, keyPem, caPem }: RouterCertificate,
  origin: { readonly request?: CertificateRequest; readonly kept: boolean },
): Promise<void> {
  if (folder === undefined) return;
  const content = { version: 1, ...origin, pem, keyPem, caPem };
  await writeStateFile(pathIn(folder), `${JSON.stringify(content, undefined, 2)}\n`);
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
    const { pem, keyPem, caPem, kept } = parsed.data;
    if (!kept && !isDeepStrictEqual(parsed.data.request, request)) return undefined;
    try {
      return describeCertificate(pem, keyPem, caPem);
    } catch {
      // no certificate in it: damaged, as below
    }
  }
  problems.push(`The certificate's file was damaged and has been set aside as ${await setAside(path, now)}`);
  return undefined;
}
