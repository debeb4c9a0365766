import type { Command } from 'commander';
import { fail, type CommandResult } from '../command-failure.ts';
import type { Attendant } from '../connect/attendant.ts';
import { type ToAsker, type ToHolder, toHolderSchema } from '../connect/background-messages.ts';
import type { QuestionAnswer } from '../connect/question.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { findProfile, openProfiles } from '../store-access.ts';
import { ok } from '../../shared/result.ts';

/** Not for people: the other end of `connect --background`. */
export function defineHold(command: Command, run: Run): void {
  command.action(run(hold));
}

async function hold(context: Context): Promise<number> {
  const asker = await meetAsker(context);
  if (!asker.ok) return context.output.fail(asker.error);
  const { start, attendant, send, signal, leave } = asker.value;
  const store = await openProfiles(context);
  const profile = findProfile(store, start.profileId);
  if (!profile.ok) {
    await send({ kind: 'ended', failure: profile.error });
    return exitCode(profile.error.reason);
  }
  const { holdConnection } = await import('../connect/hold-connection.ts');
  const ending = await holdConnection({
    profile: profile.value,
    store,
    folders: context.folders,
    attendant,
    signal,
    motpSecret: start.motpSecret,
    keyring: start.keyring,
    verbose: start.verbose,
    timeout: start.timeout,
    onConnected: () => void send({ kind: 'connected' }).then(leave),
  });
  if (ending.kind === 'failed') {
    await send({ kind: 'ended', failure: ending.failure });
    return exitCode(ending.failure.reason);
  }
  await send({ kind: 'ended' });
  return exitCode(ending.wasConnected ? 'done' : (context.interruption.reason() ?? 'done'));
}

interface Asker {
  readonly start: Extract<ToHolder, { kind: 'start' }>;
  readonly attendant: Attendant;
  /** Aborted by the asker's word, by its end before there is a connection, and by signals. */
  readonly signal: AbortSignal;
  readonly send: (message: ToAsker) => Promise<void>;
  /** From now on the connection stands on its own: nobody is asked and nobody listens. */
  readonly leave: () => void;
}

/** Waits for the program that started this one to say what to connect. */
function meetAsker(context: Context): Promise<CommandResult<Asker>> {
  if (process.send === undefined) {
    return Promise.resolve(fail('usage', 'This is started by "smartvpn connect --background", not by hand.'));
  }
  const gone = new AbortController();
  const waiting = new Map<number, (answer: QuestionAnswer) => void>();
  let number = 0;
  // Resolves when it has left: the program ends right after its last word.
  const send = (message: ToAsker): Promise<void> =>
    new Promise((resolve) => {
      if (process.connected) process.send?.(message, undefined, undefined, () => resolve());
      else resolve();
    });
  const attendant: Attendant = {
    report: (report) => void send({ kind: 'report', report }),
    isAlone: () => !process.connected,
    answer: (question, signal) => {
      number += 1;
      const mine = number;
      void send({ kind: 'question', number: mine, question });
      signal.addEventListener('abort', () => void send({ kind: 'withdrawn', number: mine }), { once: true });
      return new Promise((resolve) => waiting.set(mine, resolve));
    },
  };
  return new Promise((resolve) => {
    const onDisconnect = (): void => gone.abort();
    const leave = (): void => {
      process.off('disconnect', onDisconnect);
      if (process.connected) process.disconnect();
    };
    process.on('disconnect', onDisconnect);
    process.on('message', (value: unknown) => {
      const message = toHolderSchema.safeParse(value);
      if (!message.success || message.data.kind === 'stop') {
        gone.abort();
        return;
      }
      if (message.data.kind === 'answer') {
        waiting.get(message.data.question)?.(message.data.answer);
        waiting.delete(message.data.question);
        return;
      }
      const signal = AbortSignal.any([gone.signal, context.interruption.signal]);
      resolve(ok({ start: message.data, attendant, signal, send, leave }));
    });
  });
}
