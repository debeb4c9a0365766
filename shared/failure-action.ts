import { assertNever } from './assert-never.ts';
import type { FailureCause } from './connection.ts';

/** What the button beside a failure does. */
export const FAILURE_ACTIONS = [
  'retry',
  'retry-later',
  'edit-profile',
  'enter-credentials',
  'review-certificate',
  'allow-legacy-renegotiation',
  'test-connection',
  'show-log',
] as const;
export type FailureAction = (typeof FAILURE_ACTIONS)[number];

/** What a person most likely has to do next. */
export function failureAction(cause: FailureCause): FailureAction {
  switch (cause.kind) {
    case 'no-network':
    case 'network-unreachable':
    case 'captive-portal':
    case 'router-closed':
    case 'peer-silent':
    case 'link-lost':
    case 'timed-out':
      return 'retry';
    case 'locked-out':
      return 'retry-later';
    case 'name-not-found':
    case 'connection-refused':
    case 'not-draytek-ssl-vpn':
    case 'unsupported-server-type':
      return 'edit-profile';
    case 'credentials-refused':
      // Typing the same password again changes nothing about an account.
      return cause.because === undefined || cause.because === 'password-expired'
        ? 'enter-credentials'
        : 'retry';
    case 'code-refused':
      return 'enter-credentials';
    case 'certificate-unknown':
    case 'certificate-changed':
      return 'review-certificate';
    case 'tls-failed':
      return tlsAction(cause);
    case 'no-address':
      return cause.reason === 'static-refused' ? 'edit-profile' : 'retry';
    case 'device-not-permitted':
      return 'test-connection';
    case 'network-setup-failed':
    case 'protocol-error':
    case 'internal':
      return 'show-log';
    default:
      return assertNever(cause);
  }
}

function tlsAction(cause: Extract<FailureCause, { kind: 'tls-failed' }>): FailureAction {
  switch (cause.needs) {
    case 'legacy-renegotiation':
      return 'allow-legacy-renegotiation';
    case 'older-tls':
    case undefined:
      return 'edit-profile';
    default:
      return assertNever(cause.needs);
  }
}
