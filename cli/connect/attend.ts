import type { Attendant } from './attendant.ts';
import { questionOf, reportOf } from './connection-words.ts';
import type { RecordKeeper } from './record-keeper.ts';
import type { QuestionAnswer } from './question.ts';
import type { Report } from './report.ts';
import { unattendedFailure } from './unattended.ts';
import type { CommandFailure } from '../command-failure.ts';
import { connectionFailure } from '../connection-failure.ts';
import type { Connection } from '../../client/connection/connection.ts';
import { assertNever } from '../../shared/assert-never.ts';
import { isBlocked, type ConnectionState, type Prompt, type TunnelFacts } from '../../shared/connection.ts';
import type { Profile } from '../../shared/profile.ts';

/** How a connection came to its end. */
export type Ending =
  | { readonly kind: 'ended'; readonly wasConnected: boolean }
  | { readonly kind: 'failed'; readonly failure: CommandFailure };

export interface AttendOptions {
  readonly connection: Connection;
  readonly profile: Profile;
  readonly attendant: Attendant;
  readonly records: RecordKeeper;
  /** Ends the connection. */
  readonly signal: AbortSignal;
  /** `none`: without the system's packets. */
  readonly device: 'tun' | 'none';
  /** Called once, when it is connected for the first time. */
  readonly onConnected?: (tunnel: TunnelFacts) => void;
  /**
   * Called when a question stands although it got no answer, with why, which holds also when the attempt then ends for want
   * of it; without, when the next one is asked and when the connection goes on.
   */
  readonly onUnanswered?: (why: CommandFailure | undefined) => void;
}

/** Connects, and stays with the connection until it has ended and nothing of it is left. */
export async function attend(options: AttendOptions): Promise<Ending> {
  const { connection, profile, attendant, signal } = options;
  return new Promise((resolve) => {
    let wasConnected = false;
    let gaveUp: CommandFailure | undefined;
    let asked: { readonly prompt: string; readonly withdraw: AbortController } | undefined;

    const finish = (ending: Ending): void => {
      unsubscribe();
      signal.removeEventListener('abort', stop);
      resolve(ending);
    };
    const stop = (): void => void connection.disconnect();
    const ask = async (prompt: Prompt): Promise<void> => {
      const withdraw = new AbortController();
      const mine = { prompt: JSON.stringify(prompt), withdraw };
      asked = mine;
      options.onUnanswered?.(undefined);
      const end = (): void => withdraw.abort();
      signal.addEventListener('abort', end, { once: true });
      const question = questionOf(prompt);
      const answer: QuestionAnswer = await (attendant.isAlone()
        ? { kind: 'none', failure: unattendedFailure(question, profile) }
        : attendant.answer(question, withdraw.signal));
      signal.removeEventListener('abort', end);
      if (withdraw.signal.aborted) return;
      if (answer.kind === 'none') {
        gaveUp = answer.failure;
        // No answer is no wish to let traffic pass: the question stands until somebody disconnects.
        if (isBlocked(connection.state)) {
          attendant.report({ event: 'blocked', because: gaveUp, traffic: 'blocked' });
          options.onUnanswered?.(gaveUp);
          return;
        }
      }
      submit(connection, answer);
      // An answer that cannot be right (a code that was sent before) changes nothing: the question stands.
      const { state } = connection;
      if (asked === mine && state.state === 'prompting' && JSON.stringify(state.prompt) === mine.prompt) {
        void ask(state.prompt);
      }
    };
    // An attempt begins more than once with the same stage: before and after it has asked for a password.
    let lastStage = '';
    const isNews = (report: Report): boolean => {
      if (report.event === 'disconnected' || report.event === 'disconnecting') return wasConnected;
      if (report.event !== 'stage') return true;
      const stage = `${report.attempt} ${report.stage}`;
      if (stage === lastStage) return false;
      lastStage = stage;
      return true;
    };
    const goOn = (): void => {
      gaveUp = undefined;
      options.onUnanswered?.(undefined);
    };
    const enter = (state: ConnectionState): void => {
      const standing = state.state === 'prompting' ? JSON.stringify(state.prompt) : undefined;
      if (asked !== undefined && standing !== asked.prompt) {
        asked.withdraw.abort();
        asked = undefined;
      }
      const report = reportOf(state, profile, options.records.lastTunnel);
      if (report !== undefined && isNews(report)) attendant.report(report);
      switch (state.state) {
        case 'prompting':
          if (asked === undefined) void ask(state.prompt);
          // Nobody has answered, and nothing is blocked any more.
          else if (gaveUp !== undefined && !isBlocked(state)) connection.dismissPrompt();
          return;
        case 'connected':
          if (!wasConnected) options.onConnected?.(state.tunnel);
          wasConnected = true;
          goOn();
          return;
        case 'waiting':
          goOn();
          return;
        case 'failed':
          gaveUp ??= connectionFailure(state.cause);
          // With this program the block would end too: that is for whoever disconnects.
          if (!isBlocked(state)) finish({ kind: 'failed', failure: gaveUp });
          return;
        case 'disconnected':
          finish(
            gaveUp === undefined ? { kind: 'ended', wasConnected } : { kind: 'failed', failure: gaveUp },
          );
          return;
        case 'connecting':
        case 'disconnecting':
          return;
        default:
          assertNever(state);
      }
    };

    const unsubscribe = connection.subscribe(() => enter(connection.state));
    if (signal.aborted) {
      finish({ kind: 'ended', wasConnected });
      return;
    }
    signal.addEventListener('abort', stop, { once: true });
    connection.connect(options.device);
  });
}

function submit(connection: Connection, answer: QuestionAnswer): void {
  switch (answer.kind) {
    case 'credentials':
      connection.submitCredentials({ userName: answer.userName, secret: answer.secret });
      return;
    case 'trust':
      connection.trustCertificate();
      return;
    case 'second-step':
      connection.submitSecondStep(answer.code);
      return;
    case 'none':
      connection.dismissPrompt();
      return;
    default:
      assertNever(answer);
  }
}
