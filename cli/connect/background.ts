import { spawn } from 'node:child_process';
import type { Attendant } from './attendant.ts';
import { type ToAsker, type ToHolder, toAskerSchema } from './background-messages.ts';
import { HOLDER_COMMAND } from './holder-command.ts';
import { servesOnce, unattendedWarning } from './unattended.ts';
import { type CommandFailure, failure } from '../command-failure.ts';
import type { Context } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { interruptedFailure } from '../interruption.ts';
import { assertNever } from '../../shared/assert-never.ts';
import type { Profile } from '../../shared/profile.ts';

/** What Node was started with, as it is or bundled. */
const [, PROGRAM = ''] = process.argv;

/**
 * Starts the holder, answers its questions on this terminal, and returns when it is connected (it stays) or
 * has ended. A holder that loses its asker before it is connected ends too.
 */
export function connectInBackground(
  context: Context,
  attendant: Attendant,
  profile: Profile,
  start: Omit<Extract<ToHolder, { kind: 'start' }>, 'kind' | 'profileId'>,
): Promise<number> {
  return new Promise((resolve) => {
    const holder = spawn(process.execPath, [...process.execArgv, PROGRAM, HOLDER_COMMAND], {
      detached: true,
      cwd: '/',
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const questions = new Map<number, AbortController>();
    let hasAskedForCode = false;
    const { signal } = context.interruption;
    const send = (message: ToHolder): void => {
      // To one that has just ended nothing can be said; its end is told by itself.
      if (holder.connected) holder.send(message, () => undefined);
    };
    const stop = (): void => send({ kind: 'stop' });
    const finish = (code: number): void => {
      signal.removeEventListener('abort', stop);
      for (const withdraw of questions.values()) withdraw.abort();
      holder.removeAllListeners();
      if (holder.connected) holder.disconnect();
      holder.unref();
      resolve(code);
    };
    const fail = (why: CommandFailure): void => finish(context.output.fail(why));

    const ask = async (message: Extract<ToAsker, { kind: 'question' }>): Promise<void> => {
      const withdraw = new AbortController();
      questions.set(message.number, withdraw);
      const answer = await attendant.answer(message.question, withdraw.signal);
      questions.delete(message.number);
      if (!withdraw.signal.aborted) send({ kind: 'answer', question: message.number, answer });
    };
    const receive = (message: ToAsker): void => {
      const reason = context.interruption.reason();
      switch (message.kind) {
        case 'report':
          attendant.report(message.report);
          return;
        case 'question':
          hasAskedForCode ||= servesOnce(message.question);
          void ask(message);
          return;
        case 'withdrawn':
          questions.get(message.number)?.abort();
          return;
        case 'connected':
          if (hasAskedForCode && profile.advanced.reconnect) {
            attendant.report({ event: 'warning', message: unattendedWarning(profile) });
          }
          context.output.note('It stays connected in the background; end it with: smartvpn disconnect');
          finish(exitCode('done'));
          return;
        case 'ended':
          if (message.failure !== undefined) fail(message.failure);
          else if (reason === undefined) finish(exitCode('done'));
          else fail(interruptedFailure(context.interruption));
          return;
        default:
          assertNever(message);
      }
    };
    holder.on('message', (value: unknown) => {
      const message = toAskerSchema.safeParse(value);
      if (message.success) receive(message.data);
      else fail(failure('internal', 'The connection in the background said something that cannot be read.'));
    });
    holder.once('error', (error) => fail(failure('internal', `It could not be started: ${error.message}`)));
    holder.once('exit', (code, killedBy) => {
      const end = (): void =>
        fail(failure('internal', `The connection in the background ended by itself (${killedBy ?? code}).`));
      // Its last words may still be on their way.
      if (holder.connected) holder.once('disconnect', end);
      else end();
    });
    signal.addEventListener('abort', stop, { once: true });
    send({ kind: 'start', profileId: profile.id, ...start });
  });
}
