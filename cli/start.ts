import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { electronBinary } from './electron-binary.ts';
import { PROGRAM_FOLDER } from './program-folder.ts';

/**
 * `npm start`: the desktop program where Electron's binary is, else the same window in the browser, saying
 * why. Its words go to whichever is started.
 */
const words = process.argv.slice(2);
const electron = electronBinary();
if (electron === undefined) {
  process.stderr.write(
    'Electron’s binary is not on this machine (node_modules/electron/dist, or ELECTRON_OVERRIDE_DIST_PATH).\nThe window opens in the browser instead: smartvpn ui\n',
  );
  run(process.execPath, [join(PROGRAM_FOLDER, 'cli', 'main.ts'), 'ui', ...words]);
} else {
  run(electron, [PROGRAM_FOLDER, ...words]);
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
