import { assertNever } from './assert-never.ts';
import { isBlocked, type ConnectionState, type Prompt, type Stage } from './connection.ts';
import { failureText } from './failure-text.ts';
import type { Catalogue, PromptWords } from './text/catalogue.ts';
import { en } from './text/en.ts';

/** What is happening now, for example "Signing in…". */
export function stageText(stage: Stage, catalogue: Catalogue = en): string {
  return catalogue.stage[stage];
}

/** A connection's state in one line. `now` is Unix milliseconds. */
export function statusLine(state: ConnectionState, now: number, catalogue: Catalogue = en): string {
  const line = plainLine(state, now, catalogue);
  return isBlocked(state) ? catalogue.blocked.line(line) : line;
}

function plainLine(state: ConnectionState, now: number, catalogue: Catalogue): string {
  switch (state.state) {
    case 'disconnected':
    case 'disconnecting':
      return catalogue.state[state.state];
    case 'prompting':
      return promptText(state.prompt, now, catalogue).title;
    case 'connecting':
      return stageText(state.stage, catalogue);
    case 'connected':
      return catalogue.connectedLine(state.tunnel.address, state.tunnel.interfaceName);
    case 'waiting':
      return catalogue.waiting(secondsUntil(state.retryAt, now), state.attempt);
    case 'failed':
      return failureText(state.cause, catalogue).title;
    default:
      return assertNever(state);
  }
}

/** What the user is asked, and why. `now` is Unix milliseconds. */
export function promptText(prompt: Prompt, now: number, catalogue: Catalogue = en): PromptWords {
  switch (prompt.kind) {
    case 'credentials':
      return catalogue.prompt.credentials(prompt);
    case 'certificate':
      return catalogue.prompt.certificate(prompt);
    case 'second-step':
      return catalogue.prompt.secondStep(prompt.refused, secondsUntil(prompt.deadline, now));
    default:
      return assertNever(prompt);
  }
}

function secondsUntil(time: number, now: number): number {
  return Math.max(0, Math.ceil((time - now) / 1000));
}
