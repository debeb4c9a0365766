import type { HttpAnswer } from '../http-message.ts';

/** Pages load nothing but their own style, script and pictures, send forms to themselves, and are in no frame. */
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/** The token page besides: its service worker, and the manifest that makes it installable. */
const TOKEN_POLICY = POLICY.replace(
  "form-action 'self'",
  "form-action 'none'; manifest-src 'self'; worker-src 'self'",
);

const STRICT = {
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  // not "no-referrer": browsers then leave the Origin out of forms' requests
  'Referrer-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
} as const;

/** With the headers that all pages have. Nothing of an administrator's pages is kept by a browser. */
export function guarded(answer: HttpAnswer): HttpAnswer {
  const headers = { 'Cache-Control': 'no-store', 'Content-Security-Policy': POLICY, ...STRICT };
  return { ...answer, headers: { ...headers, ...answer.headers } };
}

export function guardedToken(answer: HttpAnswer): HttpAnswer {
  const headers = { 'Cache-Control': 'no-cache', 'Content-Security-Policy': TOKEN_POLICY, ...STRICT };
  return { ...answer, headers: { ...headers, ...answer.headers } };
}

export function bytesAnswer(contentType: string, bytes: Uint8Array): HttpAnswer {
  return { status: 200, body: { contentType, bytes } };
}

/** After a POST, so that going back or loading again does not send it twice. `path` is one of ours, never a typed one. */
export function redirect(path: string): HttpAnswer {
  return { status: 303, headers: { Location: path } };
}
