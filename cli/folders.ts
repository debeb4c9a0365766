import { homedir, tmpdir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/**
 * Where this program keeps things, by the XDG Base Directory specification.
 * `config`: profiles and settings. `state`: what must be mended after a crash. `runtime`: control sockets.
 */
export interface Folders {
  readonly config: string;
  readonly state: string;
  readonly runtime: string;
}

export function findFolders(environment: NodeJS.ProcessEnv): Folders {
  const uid = userInfo().uid;
  // The specification: relative paths in these variables are to be ignored.
  const folder = (variable: string, otherwise: string): string => {
    const value = environment[variable];
    return value !== undefined && isAbsolute(value) ? value : otherwise;
  };
  return {
    config: join(folder('XDG_CONFIG_HOME', join(homedir(), '.config')), 'smartvpn'),
    state: join(folder('XDG_STATE_HOME', join(homedir(), '.local', 'state')), 'smartvpn'),
    runtime: runtimeFolder(environment['XDG_RUNTIME_DIR'], uid),
  };
}

/** One folder below a place that nobody else may rename things in: the user's own, /run, or the sticky /tmp. */
function runtimeFolder(variable: string | undefined, uid: number): string {
  if (variable !== undefined && isAbsolute(variable)) return join(variable, 'smartvpn');
  return uid === 0 ? '/run/smartvpn' : join(tmpdir(), `smartvpn-${uid}`);
}
