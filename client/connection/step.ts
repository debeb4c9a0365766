import type { ConnectionEffect, ConnectionModel } from './model.ts';

/** What the world contributes to a step: the time in Unix milliseconds and a number in [0, 1). */
export interface StepContext {
  readonly now: number;
  readonly random: number;
}

export interface Step {
  readonly model: ConnectionModel;
  readonly effects: readonly ConnectionEffect[];
}

export function step(model: ConnectionModel, ...effects: ConnectionEffect[]): Step {
  return { model, effects };
}
