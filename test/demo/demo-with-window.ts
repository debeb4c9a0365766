import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { browserStart, startBrowser, thisMachine } from '../../cli/ui/open-browser.ts';
import { windowBuilt } from '../support/built-window.ts';
import { namespacesPossible } from '../support/namespace.ts';
import { say, step } from '../support/narration.ts';
import { forwardPort } from '../support/port-forward.ts';
import { inUserNamespace } from '../support/user-namespace.ts';
import { type WindowScene, sceneInNamespaces, sceneOverLoopback } from './window-scene.ts';
import { DEMO_USER } from './demo-account.ts';
import { showLiveCode } from './live-code.ts';

/**
 * `npm run demo -- --ui`: the window in the person's own browser, the program behind it on a host with a network
 * of its own, a router to dial in to. Until Ctrl-C.
 */

const PROGRAM = fileURLToPath(new URL('demo.ts', import.meta.url));
const openSchema = z.object({ open: z.string() });

export interface WindowDemoOptions {
  /** Of this machine's 127.0.0.1; 0 = any that is free. */
  readonly port: number;
  /** Where the port leads to; given when another process of the demo has it already. */
  readonly socketPath: string | undefined;
}

/** Gives the exit code. */
export async function demoWithWindow({ port, socketPath }: WindowDemoOptions): Promise<number> {
  if (socketPath !== undefined)
    return show((interrupted) => sceneInNamespaces(socketPath, port, interrupted));
  step('A router to dial in to, and the window');
  await windowBuilt();
  const isNamespaced = namespacesPossible();
  if (!isNamespaced && inUserNamespace(PROGRAM) === undefined) {
    say('Network namespaces cannot be made here, so this goes over loopback, without a network device:');
    say('“Connect” will say that it is not permitted; press “Test connection” there.');
    return show(() => sceneOverLoopback(port));
  }
  const folder = await mkdtemp(join(tmpdir(), 'svpn-demo-'));
  const path = join(folder, 'window.sock');
  const forward = await forwardPort(port, path);
  try {
    return isNamespaced
      ? await show((interrupted) => sceneInNamespaces(path, forward.port, interrupted))
      : await showInUserNamespace(path, forward.port);
  } finally {
    await forward.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The port stays here, where the person's browser is; all else goes on inside. */
async function showInUserNamespace(socketPath: string, port: number): Promise<number> {
  const command = inUserNamespace(PROGRAM, ['--ui', '--port', String(port), '--socket', socketPath]);
  if (command === undefined) return 1;
  const child = spawn(command.file, [...command.words], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: command.environment,
  });
  child.on('message', (message) => {
    const told = openSchema.safeParse(message);
    if (told.success) openHere(told.data.open);
  });
  // It tidies up, and we wait for it. At Ctrl-C it hears of it twice, which is no harm.
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', passOn).on('SIGTERM', passOn).on('SIGHUP', passOn);
  const [code]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : 1;
}

type OpenScene = (interrupted: AbortSignal) => Promise<WindowScene>;

async function show(openScene: OpenScene): Promise<number> {
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt).on('SIGHUP', interrupt);
  const scene = await openScene(interruption.signal);
  try {
    if (interruption.signal.aborted) return 0;
    const address = await scene.address();
    introduce(scene, address);
    if (process.send === undefined) openHere(address);
    else process.send({ open: address });
    return await untilInterrupted(scene, interruption.signal);
  } finally {
    await scene.close();
    say('All of it has ended, and nothing is left.');
  }
}

function introduce({ router, fingerprint }: WindowScene, address: string): void {
  say('');
  say(`Window        ${address}`);
  say(`User name     ${DEMO_USER.userName}`);
  say(`PIN           ${DEMO_USER.pin}`);
  say('');
  say('“Office” asks for the PIN; “Office, one-time password” asks for the password below.');
  say(`To add a profile of your own: server ${router}, authentication type mOTP.`);
  say(`The router’s certificate: ${fingerprint}`);
  say('Ctrl-C ends it all.');
  say('');
}

async function untilInterrupted(scene: WindowScene, signal: AbortSignal): Promise<number> {
  const live = showLiveCode(DEMO_USER, process.stdout);
  const announce = async (): Promise<never> => {
    for (;;) live.say(`  For another window: ${await scene.address()}`);
  };
  const interrupted = signal.aborted ? Promise.resolve() : once(signal, 'abort');
  try {
    // Addresses come until the program ends, which it should not do by itself.
    await Promise.race([interrupted, announce()]);
    return 0;
  } catch (error) {
    live.say(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    live.stop();
  }
}

function openHere(address: string): void {
  const start = browserStart(address, thisMachine());
  if (start !== undefined) startBrowser(start);
}
