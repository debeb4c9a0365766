import { askOnTerminal, askSecret, inSentence, unanswered } from '../asking.ts';
import { type CommandFailure, type CommandResult, fail, failure } from '../command-failure.ts';
import type { Context } from '../context.ts';
import { printable } from '../output.ts';
import { askYesNo } from '../terminal/terminal.ts';
import { firstIssue } from '../zod-text.ts';
import type { Attendant } from './attendant.ts';
import { printReport } from './printing.ts';
import type { Question, QuestionAnswer } from './question.ts';
import { assertNever } from '../../shared/assert-never.ts';
import { motpCodeSchema, motpPinSchema } from '../../shared/otp/motp.ts';
import { totpCodeSchema } from '../../shared/otp/totp.ts';
import { userNameSchema } from '../../shared/profile.ts';
import { type Result, err, ok } from '../../shared/result.ts';

/** Where answers come from when not from the person at the terminal. */
export interface GivenAnswers {
  readonly userName?: string;
  readonly passwordFd?: number;
  readonly codeFd?: number;
  readonly pinFd?: number;
  readonly secondStepFd?: number;
  /** SHA-256 of the certificate or of its public key, lower-case hex without colons. */
  readonly trustFingerprint?: string;
}

interface Ask {
  readonly asks: string;
  readonly descriptor: number | undefined;
  readonly option: string;
  readonly parse: (text: string) => Result<string, string>;
}

/** Prints on this terminal and asks there, unless options gave the answers. */
export function createAskingAttendant(context: Context, given: GivenAnswers): Attendant {
  // An answer from a descriptor serves once: it was refused if it is asked for again.
  const used = new Set<number>();

  const secret = async (
    ask: Ask,
    signal: AbortSignal,
    refused: CommandFailure | undefined,
  ): Promise<CommandResult<string>> => {
    if (ask.descriptor === undefined) return askSecret(context, { ...ask, signal });
    if (used.has(ask.descriptor)) {
      return refused === undefined
        ? fail(
            'nobody-to-ask',
            `The ${inSentence(ask.asks)} is asked for again, and ${ask.option} gave only one.`,
          )
        : { ok: false, error: refused };
    }
    used.add(ask.descriptor);
    return askSecret(context, { ...ask, signal });
  };

  const credentials = async (
    question: Extract<Question, { kind: 'credentials' }>,
    signal: AbortSignal,
  ): Promise<QuestionAnswer> => {
    if (question.because !== undefined) {
      context.output.note(`${context.output.style.bad('Refused:')} ${question.because.message}`);
      if (context.terminal() === undefined) return { kind: 'none', failure: question.because };
    }
    const known = given.userName ?? question.userName;
    const userName =
      known === ''
        ? await askOnTerminal(
            context,
            { asks: 'User name', option: '--user-name', parse: parseUserName, signal },
            false,
          )
        : ok(known);
    if (!userName.ok) return { kind: 'none', failure: userName.error };
    const answer = await secret(credentialsAsk(question.asks, given), signal, question.because);
    return answer.ok
      ? { kind: 'credentials', userName: userName.value, secret: answer.value }
      : { kind: 'none', failure: answer.error };
  };

  const secondStep = async (
    question: Extract<Question, { kind: 'second-step' }>,
    signal: AbortSignal,
  ): Promise<QuestionAnswer> => {
    const refused = failure('code-refused', 'The router refused the code of the second step.');
    const seconds = Math.max(0, Math.round((question.deadline - Date.now()) / 1000));
    if (question.refused) context.output.note(`${context.output.style.bad('Refused:')} ${refused.message}`);
    const ask: Ask = {
      asks: `Code of the second step (${seconds} s left)`,
      descriptor: given.secondStepFd,
      option: '--second-step-fd',
      parse: parseWith(totpCodeSchema),
    };
    const answer = await secret(ask, signal, question.refused ? refused : undefined);
    return answer.ok ? { kind: 'second-step', code: answer.value } : { kind: 'none', failure: answer.error };
  };

  return {
    report: (report) => printReport(context.output, report),
    isAlone: () => false,
    answer: (question, signal) => {
      switch (question.kind) {
        case 'credentials':
          return credentials(question, signal);
        case 'certificate':
          return certificate(context, question, given.trustFingerprint, signal);
        case 'second-step':
          return secondStep(question, signal);
        default:
          return assertNever(question);
      }
    },
  };
}

function credentialsAsk(asks: 'password' | 'motp-code' | 'motp-pin', given: GivenAnswers): Ask {
  switch (asks) {
    case 'password':
      return {
        asks: 'Password',
        descriptor: given.passwordFd,
        option: '--password-stdin or --password-fd',
        parse: (text) => (text === '' ? err('Enter the password') : ok(text)),
      };
    case 'motp-code':
      return {
        asks: 'One-time password',
        descriptor: given.codeFd,
        option: '--code-stdin or --code-fd',
        parse: parseMotpCode,
      };
    case 'motp-pin':
      return {
        asks: 'PIN',
        descriptor: given.pinFd,
        option: '--pin-stdin or --pin-fd',
        parse: parseWith(motpPinSchema),
      };
    default:
      return assertNever(asks);
  }
}

/** The commonest mistake is to type what the token asks for instead of what it shows. */
function parseMotpCode(text: string): Result<string, string> {
  const code = motpCodeSchema.safeParse(text);
  if (code.success) return ok(code.data);
  return motpPinSchema.safeParse(text).success
    ? err('That looks like the PIN; type the six characters that the token shows once it has the PIN')
    : err(firstIssue(code.error));
}

function parseUserName(text: string): Result<string, string> {
  return text.trim() === '' ? err('Enter the user name') : parseWith(userNameSchema)(text.trim());
}

interface TextSchema {
  safeParse(
    text: string,
  ): { success: true; data: string } | { success: false; error: Parameters<typeof firstIssue>[0] };
}

function parseWith(schema: TextSchema): (text: string) => Result<string, string> {
  return (text) => {
    const parsed = schema.safeParse(text);
    return parsed.success ? ok(parsed.data) : err(firstIssue(parsed.error));
  };
}

/** Trusted by a fingerprint given beforehand or by a yes; a changed certificate by neither. */
async function certificate(
  context: Context,
  question: CertificateQuestion,
  trustFingerprint: string | undefined,
  signal: AbortSignal,
): Promise<QuestionAnswer> {
  const { certificate } = question;
  const refused: QuestionAnswer = { kind: 'none', failure: question.failure };
  const unasked: QuestionAnswer = { kind: 'none', failure: unaskedFailure(question) };
  if (question.changed) return { kind: 'none', failure: changedFailure(question) };
  if (trustFingerprint !== undefined) {
    const fingerprints = [
      certificate.fingerprint.replaceAll(':', '').toLowerCase(),
      certificate.publicKeySha256,
    ];
    return fingerprints.includes(trustFingerprint) ? { kind: 'trust' } : unasked;
  }
  const terminal = context.terminal();
  if (terminal === undefined) return unasked;
  for (const line of certificateLines(question)) terminal.say(line);
  const answer = await askYesNo(terminal, 'Trust this router from now on?', signal);
  if (answer === true) return { kind: 'trust' };
  if (answer === false) return refused;
  return { kind: 'none', failure: unanswered(context, answer) };
}

type CertificateQuestion = Extract<Question, { kind: 'certificate' }>;

function unaskedFailure({ failure, certificate }: CertificateQuestion): CommandFailure {
  const { fingerprint } = certificate;
  return {
    ...failure,
    steps: [
      `Its fingerprint (SHA-256) is ${fingerprint}`,
      ...failure.steps,
      'On a terminal you are asked; a program gives --trust-fingerprint with what was compared.',
    ],
  };
}

function changedFailure({ failure, certificate }: CertificateQuestion): CommandFailure {
  return {
    ...failure,
    steps: [
      `Its fingerprint (SHA-256) is now ${certificate.fingerprint}`,
      ...failure.steps,
      'If it was replaced: smartvpn profile edit PROFILE --forget-certificate, then connect and compare.',
    ],
  };
}

/** What a person compares with the router's own page. The texts come from the network. */
function certificateLines(question: CertificateQuestion): string[] {
  const { certificate, failure } = question;
  const names = certificate.names.length === 0 ? 'none' : certificate.names.join(', ');
  return [
    failure.message,
    `  Fingerprint (SHA-256)  ${certificate.fingerprint}`,
    `  Public key (SHA-256)   ${certificate.publicKeySha256}`,
    `  Made out to            ${printable(certificate.subject)}`,
    `  Names                  ${printable(names)}`,
    `  Issued by              ${printable(certificate.issuer)}`,
    `  Good from, to          ${certificate.validFrom}, ${certificate.validTo}`,
    'Nothing has been sent yet. Compare the fingerprint with the one that the router shows.',
  ];
}
