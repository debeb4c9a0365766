import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * `npm start`: the desktop program where Electron's binary is, else the same window in the browser, saying
 * why. Its words go to whichever is started.
 */
const ROOT = fileURLToPath(new URL('../', import.meta.url));
const ELECTRON = join(ROOT, 'node_modules', 'electron');

const words = process.argv.slice(2);
const electron = findElectron();
if (electron === undefined) {
  process.stderr.write(
    'Electron’s binary is not on this machine (node_modules/electron/dist, or ELECTRON_OVERRIDE_DIST_PATH).\nThe window opens in the browser instead: smartvpn ui\n',
  );
  run(process.execPath, [join(ROOT, 'cli', 'main.ts'), 'ui', ...words]);
} else {
  run(electron, [ROOT, ...words]);
}

/** As Electron's own launcher finds it: `path.txt` names the binary in the folder of the distribution. */
function findElectron(): string | undefined {
  const folder = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(ELECTRON, 'dist');
  const binary = join(folder, readBinaryName());
  return existsSync(binary) ? binary : undefined;
}

function readBinaryName(): string {
  try {
    return readFileSync(join(ELECTRON, 'path.txt'), 'utf8').trim();
  } catch {
    return process.platform === 'win32' ? 'electron.exe' : 'electron';
  }
}

/** Its end is ours. Ctrl-C reaches both by the terminal: we wait until it has tidied up. */
function run(file: string, given: readonly string[]): void {
  const child = spawn(file, given, { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.once('error', (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  });
  child.once('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  });
}
