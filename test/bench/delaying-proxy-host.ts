import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Namespace } from '../support/namespace.ts';
import type { Cleanup } from './cleanup.ts';
import type { DelayingProxyOptions } from './delaying-proxy.ts';

const PROGRAM = fileURLToPath(new URL('delaying-proxy-process.ts', import.meta.url));
const startedSchema = z.object({ port: z.number() });

/** Starts a proxy in a process of its own, in `namespace` when one is given, and gives its port. */
export async function startProxyProcess(
  options: DelayingProxyOptions,
  cleanup: Cleanup,
  namespace?: Namespace,
): Promise<number> {
  const argv = [PROGRAM, JSON.stringify(options)];
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
  const child =
    namespace === undefined
      ? spawn(process.execPath, argv, { stdio: [...stdio] })
      : namespace.spawn([process.execPath, ...argv], { stdio: [...stdio] });
  cleanup.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  const exited = once(child, 'exit').then(() => Promise.reject(new Error('the delaying proxy ended')));
  const [message] = await Promise.race([once(child, 'message'), exited]);
  exited.catch(() => {});
  return startedSchema.parse(message).port;
}
