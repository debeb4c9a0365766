import type { StageTimes } from './timed-session.ts';

/** Milliseconds in each direction. */
export const DELAY_MILLISECONDS = 50;

export type Way = 'direct' | 'delayed';

/** A kind of client, profile and router of which the connect time is taken. */
export interface ConnectWay {
  readonly name: string;
  /** A new process each time: nothing stays warm in it. */
  readonly startsCold: boolean;
  /** Connects, and disconnects again before it resolves. */
  connect(way: Way): Promise<{ readonly milliseconds: number; readonly stages: StageTimes }>;
}
