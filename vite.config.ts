import { defineConfig } from 'vitest/config';
import { CountReporter } from './test/support/count-reporter.ts';

export default defineConfig({
  test: {
    include: ['{shared,datapath,client,emulator,cli,electron,renderer,packaging,test}/**/*.test.{ts,tsx}'],
    // Files run in a process each: a test that opens devices or namespaces leaves nothing to its neighbour.
    pool: 'forks',
    // Left alone, Vitest keeps one core for itself: on a machine with two, everything would run one after the other.
    maxWorkers: '100%',
    // For tests that hang: a machine that is slow, or busy with other things, fails none.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // What is asked for until it holds: left alone, Vitest gives it one second.
    expect: { poll: { timeout: 60_000 } },
    reporters: ['default', new CountReporter()],
  },
});
