import fc from 'fast-check';

export interface Run {
  readonly runs: number;
  /** The counterexample, the seed to repeat it by, and the error; undefined when all went well. */
  readonly failure: string | undefined;
}

/** A property that the tests check shortly and `npm run fuzz` at length. */
export interface NamedProperty {
  readonly name: string;
  run(runs: number, seed: number | undefined): Run;
}

export function named<Value>(name: string, property: fc.IProperty<Value>): NamedProperty {
  return {
    name,
    run(runs, seed) {
      const details = fc.check(property, seed === undefined ? { numRuns: runs } : { numRuns: runs, seed });
      return {
        runs: details.numRuns,
        failure: details.failed
          ? `${fc.defaultReportMessage(details) ?? 'failed'}\n${String(details.errorInstance)}`
          : undefined,
      };
    },
  };
}
