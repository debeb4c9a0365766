import { readFileSync } from 'node:fs';
import { threadId } from 'node:worker_threads';
import { z } from 'zod';

/** A process, told from a later one with the same number, also after a restart of the machine. */
export const processIdentitySchema = z.object({
  pid: z.number().int().positive(),
  /** Clock ticks after the machine's start (proc(5), stat field 22). */
  startTicks: z.string(),
  bootId: z.string(),
  /** Of a program's threads one at most has tunnels: what an earlier one began, nobody goes on with. */
  thread: z.number().int().min(0).optional(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

export function ownIdentity(): ProcessIdentity {
  const ticks = startTicks(process.pid) ?? '';
  return { pid: process.pid, startTicks: ticks, bootId: bootId(), thread: threadId };
}

export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId() || identity.startTicks !== startTicks(identity.pid)) return false;
  return identity.pid !== process.pid || (identity.thread ?? threadId) === threadId;
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** Undefined when there is no such process, or it is dead and only waits for its parent to notice. */
function startTicks(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name, field 2, is in parentheses and may hold anything; field 3 follows.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[22 - 3];
  } catch {
    return undefined;
  }
}
