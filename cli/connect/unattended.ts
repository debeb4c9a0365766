import type { Question } from './question.ts';
import { type CommandFailure, failure } from '../command-failure.ts';
import { assertNever } from '../../shared/assert-never.ts';
import type { Profile } from '../../shared/profile.ts';

/** Words for a connection in the background, which nobody can type anything for. */

/** The tunnel has dropped, and making it anew needs an answer to `question`. */
export function unattendedFailure(question: Question, profile: Profile): CommandFailure {
  return failure(
    'nobody-to-ask',
    `The tunnel was lost, and connecting again needs ${needed(question)}, which nobody can give in the background.`,
    `Connect again with: smartvpn connect ${shellWord(profile.name)}`,
    ...(isTypedCode(question) ? [keepSecretStep(profile)] : []),
  );
}

/** For the person who is still there: what will happen when they have gone. */
export function unattendedWarning(profile: Profile): string {
  const consequence = profile.advanced.blockWhenDown
    ? 'traffic then stays blocked until "smartvpn disconnect"'
    : 'the connection then ends';
  const warning = `When the tunnel drops, another code is needed, which nobody can type in the background: ${consequence}, and "smartvpn status" says so.`;
  return profile.authentication === 'motp' ? `${warning} ${keepSecretStep(profile)}` : warning;
}

/** Whether the answer serves once, so that the next attempt asks again. */
export function servesOnce(question: Question): boolean {
  return question.kind === 'second-step' || isTypedCode(question);
}

function isTypedCode(question: Question): boolean {
  return question.kind === 'credentials' && question.asks === 'motp-code';
}

function needed(question: Question): string {
  switch (question.kind) {
    case 'credentials':
      return NEEDED[question.asks];
    case 'certificate':
      return 'a decision about the router’s certificate';
    case 'second-step':
      return 'the code of the second step';
    default:
      return assertNever(question);
  }
}

const NEEDED = {
  password: 'the password',
  'motp-code': 'a one-time password',
  'motp-pin': 'the PIN',
} as const satisfies Readonly<Record<Extract<Question, { kind: 'credentials' }>['asks'], string>>;

function keepSecretStep({ name }: Profile): string {
  return `Codes are made by themselves where the mOTP secret is kept (smartvpn profile secret set ${shellWord(name)}) or given (--motp-secret-file).`;
}

/** As it can be pasted into a shell. */
function shellWord(name: string): string {
  return /^[\p{L}\p{N}_.-]+$/u.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
}
