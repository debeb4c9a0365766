import { type CommandFailure, type CommandResult, fail, failure } from './command-failure.ts';
import type { Context } from './context.ts';
import { interruptedFailure } from './interruption.ts';
import { readDescriptorLine } from './terminal/descriptor-lines.ts';
import type { Answer, QuestionOptions } from './terminal/terminal.ts';
import { type Result, ok } from '../shared/result.ts';

export interface SecretQuestion {
  /** What stands before the cursor, for example "PIN". */
  readonly asks: string;
  /** Where the answer comes from instead of a terminal, and the option's name for the error message. */
  readonly descriptor: number | undefined;
  readonly option: string;
  readonly signal?: AbortSignal;
  /** Says what is wrong with an answer: typed ones are then asked for again, given ones fail. */
  readonly parse: (text: string) => Result<string, string>;
}

const TRIES = 3;

/** A secret from a file descriptor or, without echo, from the person at the terminal. */
export async function askSecret(context: Context, question: SecretQuestion): Promise<CommandResult<string>> {
  if (question.descriptor !== undefined) {
    const line = readDescriptorLine(question.descriptor);
    if (!line.ok)
      return { ok: false, error: { ...line.error, message: `${question.asks}: ${line.error.message}` } };
    const parsed = question.parse(line.value);
    return parsed.ok
      ? parsed
      : fail('usage', `The ${inSentence(question.asks)} given by ${question.option}: ${parsed.error}.`);
  }
  return askOnTerminal(context, question, true);
}

/** The same for what need not be hidden. */
export async function askOnTerminal(
  context: Context,
  question: Omit<SecretQuestion, 'descriptor'>,
  hidden: boolean,
): Promise<CommandResult<string>> {
  const terminal = context.terminal();
  if (terminal === undefined) {
    return fail(
      'nobody-to-ask',
      `The ${inSentence(question.asks)} is needed, and there is no terminal to ask on.`,
      `Give it with ${question.option}.`,
    );
  }
  const signal = question.signal ?? context.interruption.signal;
  const options: QuestionOptions = { hidden, signal };
  for (let tries = 0; tries < TRIES; tries += 1) {
    const answer = await terminal.ask(`${question.asks}: `, options);
    if (answer.kind !== 'entered') return { ok: false, error: unanswered(context, answer) };
    const parsed = question.parse(answer.line);
    if (parsed.ok) return ok(parsed.value);
    terminal.say(`${parsed.error}.`);
  }
  return fail('declined', `No usable ${inSentence(question.asks)} was entered.`);
}

/** What stands before the cursor, inside a sentence: names as PIN and mOTP stay as they are. */
export function inSentence(asks: string): string {
  return asks.replace(/^[A-Z](?=[a-z])/, (first) => first.toLowerCase());
}

/** What it means for the command when a question got no answer. */
export function unanswered(context: Context, answer: Exclude<Answer, { kind: 'entered' }>): CommandFailure {
  if (answer.kind === 'ended') return failure('declined', 'The question was ended without an answer.');
  if (answer.kind === 'interrupted') context.interruption.interrupt('interrupted');
  if (answer.kind === 'hung-up') {
    if (context.interruption.outlivesTerminal) {
      return failure('nobody-to-ask', 'The terminal has gone, so nobody can be asked any more.');
    }
    // Its end may be read before SIGHUP comes, and not every program of a closed terminal is sent one.
    context.interruption.interrupt('hangup');
  }
  return interruptedFailure(context.interruption);
}
