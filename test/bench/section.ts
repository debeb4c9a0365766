import type { Cleanup } from './cleanup.ts';
import type { BenchOptions } from './options.ts';

export interface Bench {
  readonly options: BenchOptions;
  readonly cleanup: Cleanup;
  /** Whether hosts with devices of their own can be made. */
  readonly namespaces: boolean;
  /** Under way: replaced by the next one on a terminal. */
  progress(text: string): void;
}

/** Everything that a section measured, for the JSON file: each round, and the medians that were printed. */
export interface SectionResult {
  readonly skipped: readonly string[];
  readonly samples: readonly object[];
  readonly summary: readonly object[];
}
