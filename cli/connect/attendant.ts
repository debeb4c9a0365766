import type { Report } from './report.ts';
import type { Question, QuestionAnswer } from './question.ts';

/** Whoever looks after a connection: prints what happens, answers what is asked. */
export interface Attendant {
  report(report: Report): void;
  /** `signal` takes the question back. */
  answer(question: Question, signal: AbortSignal): Promise<QuestionAnswer>;
  /** Nobody is there to be asked, nor will be: the connection was left to itself in the background. */
  isAlone(): boolean;
}
