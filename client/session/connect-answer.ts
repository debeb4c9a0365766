import type { FailureCause } from '../../shared/connection.ts';
import type { HttpResponseHead } from '../../shared/protocol/http-connect.ts';

export interface AnswerTiming {
  /** Unix milliseconds at which the request left and the answer's head was whole. */
  readonly sentAt: number;
  readonly receivedAt: number;
}

/**
 * Router's clock minus ours in seconds, from the answer's Date (RFC 9110 §6.6.1); undefined without one. The
 * date was written about half a round trip before it came here, and cuts off half a second on average.
 */
export function clockDifference(head: HttpResponseHead, timing: AnswerTiming): number | undefined {
  const date = Date.parse(head.headers.get('date') ?? '');
  if (Number.isNaN(date)) return undefined;
  const ours = (timing.sentAt + timing.receivedAt) / 2;
  const difference = Math.round((date + 500 - ours) / 1000);
  // Rounding gives -0.
  return difference === 0 ? 0 : difference;
}

export type Refused = { readonly kind: 'refused' };

/**
 * What the router says to CONNECT: undefined = the tunnel is open. `refused` is about the
 * credentials: what to call that depends on their kind.
 */
export function judgeConnectAnswer(head: HttpResponseHead, now: number): FailureCause | Refused | undefined {
  const retryAfterSeconds = retryAfter(head, now);
  switch (head.status) {
    case 200:
      return undefined;
    case 401:
      return { kind: 'refused' };
    case 403:
      // A wrong password gets no better with time; a lock does.
      return retryAfterSeconds === undefined
        ? { kind: 'refused' }
        : { kind: 'locked-out', retryAfterSeconds };
    case 429:
      return { kind: 'locked-out', retryAfterSeconds };
    case 503:
      // A router that has no room for one more tunnel does not say when it will.
      return retryAfterSeconds === undefined
        ? { kind: 'no-address', reason: 'pool-exhausted' }
        : { kind: 'locked-out', retryAfterSeconds };
    default:
      return {
        kind: 'not-draytek-ssl-vpn',
        evidence: { looksLike: 'web-server', status: head.status },
      };
  }
}

/** Whoever names a longer time has a wrong clock, or does not want to be called: nobody is kept from trying for years. */
const LONGEST_LOCK_SECONDS = 86_400;

/** RFC 9110 §10.2.3: seconds, or a date, which is by the router's clock. */
function retryAfter(head: HttpResponseHead, now: number): number | undefined {
  const text = head.headers.get('retry-after')?.trim();
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Math.min(Number(text), LONGEST_LOCK_SECONDS);
  const date = Date.parse(text);
  if (Number.isNaN(date)) return undefined;
  const itsNow = Date.parse(head.headers.get('date') ?? '');
  const seconds = Math.ceil((date - (Number.isNaN(itsNow) ? now : itsNow)) / 1000);
  return Math.min(Math.max(0, seconds), LONGEST_LOCK_SECONDS);
}
