import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Namespace } from './namespace.ts';
import type { RouterConfigInput } from '../../emulator/config.ts';
import type { FaultInput } from '../../emulator/faults.ts';
import type { RouterQuestion } from './router-process.ts';

const PROGRAM = fileURLToPath(new URL('router-process.ts', import.meta.url));
const MEMORY = fileURLToPath(new URL('../../cli/memory.sh', import.meta.url));

const startedSchema = z.object({
  port: z.number(),
  fingerprint: z.string(),
  publicKeySha256: z.string(),
  firstPassword: z.string().optional(),
});

const rowSchema = z.object({
  vpn: z.number(),
  userIndex: z.number(),
  userName: z.string(),
  type: z.string(),
  remoteAddress: z.string(),
  virtualNetwork: z.string(),
  txPackets: z.number(),
  txRate: z.number(),
  rxPackets: z.number(),
  rxRate: z.number(),
  upTime: z.string(),
});
const droppedSchema = z.object({ dropped: z.boolean() });
const connectionsSchema = z.object({ rows: z.array(rowSchema), syslog: z.array(z.string()) });

export type ConnectionManagementRow = z.infer<typeof rowSchema>;

/** As `smartvpn router` is started. */
function nodeFlags(): string[] {
  const said = execFileSync('sh', ['-c', '. "$0"; echo "$flags"', MEMORY, 'router'], { encoding: 'utf8' });
  return said.trim().split(' ');
}

/** A router in a process of its own; in `namespace` when one is given. */
export class RouterHost {
  readonly process: ChildProcess;
  readonly port: number;
  readonly fingerprint: string;
  readonly publicKeySha256: string;
  /** The administrator's, of a router with pages. */
  readonly firstPassword: string | undefined;

  private constructor(child: ChildProcess, started: z.infer<typeof startedSchema>) {
    this.process = child;
    this.port = started.port;
    this.fingerprint = started.fingerprint;
    this.publicKeySha256 = started.publicKeySha256;
    this.firstPassword = started.firstPassword;
  }

  static async start(
    config: RouterConfigInput,
    namespace?: Namespace,
    options: { readonly pages?: boolean; readonly environment?: NodeJS.ProcessEnv } = {},
  ): Promise<RouterHost> {
    const argv = [...nodeFlags(), PROGRAM];
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    const child =
      namespace === undefined
        ? spawn(process.execPath, argv, { stdio: [...stdio] })
        : namespace.spawn([process.execPath, ...argv], {
            stdio: [...stdio],
            env: { ...process.env, ...options.environment },
          });
    const started = await ask(child, { ask: 'start', config, pages: options.pages ?? false });
    return new RouterHost(child, startedSchema.parse(started));
  }

  async connections(): Promise<z.infer<typeof connectionsSchema>> {
    return connectionsSchema.parse(await ask(this.process, { ask: 'connections' }));
  }

  /** Connection Management's "Drop". False = no tunnel of that number is up. */
  async drop(vpn: number): Promise<boolean> {
    return droppedSchema.parse(await ask(this.process, { ask: 'drop', vpn })).dropped;
  }

  /** For connections from now on. */
  async setFaults(...faults: FaultInput[]): Promise<void> {
    await ask(this.process, { ask: 'faults', faults });
  }

  /** A new key, as after a factory reset. Gives its fingerprint. */
  async regenerateCertificate(): Promise<string> {
    return startedSchema.parse(await ask(this.process, { ask: 'new-certificate' })).fingerprint;
  }

  async close(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const exited = once(this.process, 'exit');
    this.process.send({ ask: 'close' });
    await exited;
  }
}

/** One question at a time. Rejects when the process ends instead of answering. */
async function ask(child: ChildProcess, question: RouterQuestion): Promise<unknown> {
  const gone = new AbortController();
  const answered = once(child, 'message', { signal: gone.signal });
  const onExit = (): void => gone.abort();
  child.once('exit', onExit);
  child.send(question);
  try {
    const [message] = await answered;
    return message;
  } catch (error) {
    throw gone.signal.aborted ? new Error('the router process ended', { cause: error }) : error;
  } finally {
    child.off('exit', onExit);
  }
}
