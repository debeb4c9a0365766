import { readFile } from 'node:fs/promises';
import { appFile, CONTENT_SECURITY_POLICY, type AppFile } from './app-origin.ts';

const HEADERS = {
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
} as const;

/** Answers requests of the app's own scheme from `folder`. */
export function appPages(folder: string): (request: Pick<Request, 'url' | 'method'>) => Promise<Response> {
  return async ({ url, method }) => {
    if (method !== 'GET') return refusal(405);
    const file = appFile(folder, url);
    return file === undefined ? refusal(404) : await answer(file);
  };
}

async function answer({ path, mediaType }: AppFile): Promise<Response> {
  try {
    return new Response(new Uint8Array(await readFile(path)), {
      headers: { ...HEADERS, 'Content-Type': mediaType },
    });
  } catch {
    return refusal(404);
  }
}

function refusal(status: number): Response {
  return new Response(null, { status, headers: HEADERS });
}
