import { STAGES, type Stage } from '../../shared/connection.ts';

/** The second step is due on few routers: counting it would make the rest look unfinished. */
const COUNTED = STAGES.filter((stage) => stage !== 'second-step');

export interface StageProgress {
  /** From 1. */
  readonly step: number;
  readonly of: number;
}

export function stageProgress(stage: Stage): StageProgress {
  const counted = stage === 'second-step' ? 'addressing' : stage;
  return { step: COUNTED.indexOf(counted) + 1, of: COUNTED.length };
}
