import type { Command } from 'commander';
import type { Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';

/**
 * Not for people: cli/smartvpn calls it before a connection is held for the first time. Node keeps what it compiles
 * in a cache folder; who finds all of it there does not load what translates TypeScript, which takes 30 MB for as
 * long as the process lives.
 */
export function defineCompile(command: Command, run: Run): void {
  command.action(run(loadEverything));
}

/** Whatever has a part in holding a connection. */
async function loadEverything(): Promise<number> {
  await Promise.all([
    import('./connect.ts'),
    import('./hold.ts'),
    import('./ui.ts'),
    import('../connect/hold-connection.ts'),
    import('../ui/browser-service.ts'),
    import('../ui/page-files.ts'),
    import('../ui/window-server.ts'),
    import('../ui/window-tokens.ts'),
    import('../ui/open-browser.ts'),
    import('../../client/tunnel-process/tunnel-thread.ts'),
  ]);
  return exitCode('done');
}
