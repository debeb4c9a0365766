import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{shared,datapath,client,emulator,cli,test}/**/*.test.ts'],
    // Files run one process each: a test that opens devices or namespaces leaves nothing to its neighbour.
    pool: 'forks',
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
