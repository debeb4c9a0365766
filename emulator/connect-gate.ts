import type { HttpRequestHead } from '../shared/protocol/http-connect.ts';
import type { HttpAnswer } from './http-message.ts';
import type { SignInOutcome } from './sign-in.ts';

/** What the gate asks of the rest of the router. */
export interface GateQuestions {
  /** Whether the password is checked here at all. */
  readonly checksPassword: boolean;
  /** Milliseconds for which brute force protection blocks the client's address; 0 = not blocked. */
  blockedFor(): number;
  sessionsLeft(): boolean;
  signIn(userName: string, password: string): SignInOutcome;
}

/** `userName` of a tunnel: what the Basic header says, checked when passwords are checked here. */
export type GateDecision =
  | { readonly kind: 'tunnel'; readonly userName: string | undefined }
  | { readonly kind: 'answer'; readonly answer: HttpAnswer; readonly because: GateRefusal };

export type GateRefusal = 'bad-target' | 'blocked' | 'session-limit' | 'no-credentials' | 'refused';

/** Decides on a CONNECT request (protocol.md §1). */
export function decideConnect(head: HttpRequestHead, questions: GateQuestions): GateDecision {
  if (head.target !== '/') return refuse('bad-target', { status: 400 });
  const blocked = questions.blockedFor();
  if (blocked > 0) return refuse('blocked', blockedAnswer(blocked));
  if (!questions.sessionsLeft()) return refuse('session-limit', { status: 503 });
  const credentials = parseBasic(head.headers.get('authorization'));
  if (!questions.checksPassword) return { kind: 'tunnel', userName: credentials?.userName };
  if (credentials === undefined) return refuse('no-credentials', UNAUTHORIZED);
  if (questions.signIn(credentials.userName, credentials.password).ok) {
    return { kind: 'tunnel', userName: credentials.userName };
  }
  // the wrong login that leads to the penalty is already told so
  const penalty = questions.blockedFor();
  return refuse('refused', penalty > 0 ? blockedAnswer(penalty) : UNAUTHORIZED);
}

const UNAUTHORIZED: HttpAnswer = {
  status: 401,
  headers: { 'WWW-Authenticate': 'Basic realm="SSL VPN"' },
};

function blockedAnswer(milliseconds: number): HttpAnswer {
  return { status: 403, headers: { 'Retry-After': String(Math.ceil(milliseconds / 1000)) } };
}

function refuse(because: GateRefusal, answer: HttpAnswer): GateDecision {
  return { kind: 'answer', answer, because };
}

/** RFC 7617: `Basic <base64 of user:password>`, UTF-8; the password may hold colons. */
export function parseBasic(
  header: string | undefined,
): { readonly userName: string; readonly password: string } | undefined {
  const match = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(header ?? '');
  if (match?.[1] === undefined) return undefined;
  const text = Buffer.from(match[1], 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  return { userName: text.slice(0, colon), password: text.slice(colon + 1) };
}
