import { readFile, writeFile } from 'node:fs/promises';
import { parseStatusNumber } from './process-usage.ts';

/** Forgets the highest memory use of a process so far (proc(5), clear_refs); false where that is not allowed. */
export async function forgetPeak(pid: number | undefined): Promise<boolean> {
  if (pid === undefined) return false;
  try {
    await writeFile(`/proc/${pid}/clear_refs`, '5');
    return true;
  } catch {
    return false;
  }
}

/** The most memory in bytes that the process had resident since then. */
export async function peakMemory(pid: number | undefined): Promise<number | undefined> {
  if (pid === undefined) return undefined;
  const kilobytes = parseStatusNumber(await readFile(`/proc/${pid}/status`, 'latin1'), 'VmHWM');
  return kilobytes === undefined ? undefined : kilobytes * 1024;
}
