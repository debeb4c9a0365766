import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { makeLauncher } from '../support/launcher.ts';
import type { DesktopRun, RunOptions } from './desktop-run.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = { linux: 'electron', win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' };

/** The binary of a real Electron, where there is one. */
export function electronBinary(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(ROOT, 'node_modules', 'electron', 'dist');
  const { platform } = process;
  const name = platform === 'win32' || platform === 'darwin' ? PROGRAM[platform] : PROGRAM.linux;
  const path = join(folder, name);
  return existsSync(path) ? path : undefined;
}

/** The same program in Electron itself. */
export async function runInElectron(
  { built, home, ...options }: RunOptions,
  binary: string,
): Promise<DesktopRun> {
  const { PATH, LANG, DISPLAY, XAUTHORITY, WAYLAND_DISPLAY } = process.env;
  const environment = { PATH, LANG, DISPLAY, XAUTHORITY, WAYLAND_DISPLAY };
  const launcher = await makeLauncher(options.prefix ?? [], binary);
  const app = await _electron.launch({
    executablePath: launcher.file,
    args: [
      join(built.folder, 'electron', 'main.js'),
      // Electron's own sandbox needs a helper that root has set up; in containers there is none.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ...(options.arguments ?? []),
    ],
    env: {
      ...Object.fromEntries(
        Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      ),
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_STATE_HOME: join(home, 'state'),
      XDG_RUNTIME_DIR: join(home, 'run'),
      ...options.environment,
    },
  });
  const ended = Promise.withResolvers<number | null>();
  app.process().once('exit', (code) => {
    void rm(launcher.folder, { recursive: true, force: true });
    ended.resolve(code);
  });
  return {
    runsIn: `a real Electron (${binary})`,
    pid: app.process().pid ?? 0,
    page: await app.firstWindow(),
    ended: ended.promise,
    signal: (signal) => app.process().kill(signal),
  };
}
