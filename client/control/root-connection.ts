import { readFileSync } from 'node:fs';
import { controlSocketPath } from './runtime-folder.ts';
import { defaultFolders } from '../store/folders.ts';

/** Root's connection is the machine's. That it is there everybody can see, also who may not ask it. */
export function rootHoldsConnection(): boolean {
  const { runtime } = defaultFolders({ environment: {}, home: '/', userId: 0 });
  const path = controlSocketPath(runtime);
  return path.ok && isBound(path.value);
}

/** Whether a process has a socket at `path`: a line of proc_net_unix(5) each, which ends with its path. */
export function isBound(path: string): boolean {
  try {
    return readFileSync('/proc/net/unix', 'utf8').includes(` ${path}\n`);
  } catch {
    return false;
  }
}
