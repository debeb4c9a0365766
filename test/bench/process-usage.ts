import { readFile, readdir } from 'node:fs/promises';

/** What a process has used since it began, and holds now. */
export interface ProcessUsage {
  /** Seconds of CPU in user and in kernel mode, of all its threads; in steps of the kernel's clock (10 ms). */
  readonly userSeconds: number;
  readonly systemSeconds: number;
  /** Seconds that its threads were on a CPU, from the scheduler: finer. Undefined when the kernel does not say. */
  readonly scheduledSeconds: number | undefined;
  /** Of all threads: it slept by itself; it was taken off the CPU. */
  readonly voluntarySwitches: number;
  readonly involuntarySwitches: number;
  /** Memory in bytes: resident, and resident with shared pages divided among those who share them. */
  readonly rssBytes: number;
  readonly pssBytes: number | undefined;
}

/** USER_HZ: the same on every Linux architecture that Node runs on. */
const TICKS_PER_SECOND = 100;

/** Rejects when the process is gone. */
export async function processUsage(pid: number): Promise<ProcessUsage> {
  const folder = `/proc/${pid}`;
  const [stat, status, rollup, threads] = await Promise.all([
    readFile(`${folder}/stat`, 'latin1'),
    readFile(`${folder}/status`, 'latin1'),
    readFile(`${folder}/smaps_rollup`, 'latin1').catch(() => ''),
    threadUsages(folder),
  ]);
  return { ...parseStat(stat), ...threads, ...parseMemory(status, rollup) };
}

/** CPU seconds of a process and all its descendants so far; 0 for none. */
export async function treeCpuSeconds(pid: number | undefined): Promise<number> {
  if (pid === undefined) return 0;
  let sum = 0;
  for (const member of await processTree(pid)) {
    const usage = await processUsage(member).catch(() => undefined);
    sum += usage?.scheduledSeconds ?? (usage === undefined ? 0 : usage.userSeconds + usage.systemSeconds);
  }
  return sum;
}

async function processTree(pid: number): Promise<number[]> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  const lists = await Promise.all(
    threads.map((thread) => readFile(`/proc/${pid}/task/${thread}/children`, 'latin1').catch(() => '')),
  );
  const children = lists.flatMap((list) => list.split(' ')).filter((text) => text.trim() !== '');
  const trees = await Promise.all(children.map((child) => processTree(Number(child))));
  return [pid, ...trees.flat()];
}

export async function openDescriptors(pid: number): Promise<number> {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

/** CPU seconds, as finely as the kernel says. */
export function cpuSeconds(before: ProcessUsage, after: ProcessUsage): number {
  if (before.scheduledSeconds !== undefined && after.scheduledSeconds !== undefined) {
    return after.scheduledSeconds - before.scheduledSeconds;
  }
  return after.userSeconds + after.systemSeconds - before.userSeconds - before.systemSeconds;
}

/** /proc/PID/stat (proc(5)): the name in parentheses may itself hold spaces and parentheses. */
export function parseStat(text: string): Pick<ProcessUsage, 'userSeconds' | 'systemSeconds'> {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // utime and stime are fields 14 and 15, counted from 1; behind the name comes field 3.
  return {
    userSeconds: Number(fields[11]) / TICKS_PER_SECOND,
    systemSeconds: Number(fields[12]) / TICKS_PER_SECOND,
  };
}

/** /proc/PID/status and /proc/PID/smaps_rollup: "VmRSS:     1234 kB". */
export function parseMemory(status: string, rollup: string): Pick<ProcessUsage, 'rssBytes' | 'pssBytes'> {
  return { rssBytes: (parseStatusNumber(status, 'VmRSS') ?? 0) * 1024, pssBytes: kilobytes(rollup, 'Pss') };
}

/** First number of /proc/PID/task/TID/schedstat: nanoseconds on a CPU. All zero where the kernel keeps no account. */
export function parseSchedstat(text: string): number | undefined {
  const nanoseconds = Number.parseInt(text, 10);
  return nanoseconds > 0 ? nanoseconds / 1e9 : undefined;
}

export function parseSwitches(
  status: string,
): Pick<ProcessUsage, 'voluntarySwitches' | 'involuntarySwitches'> {
  return {
    voluntarySwitches: parseStatusNumber(status, 'voluntary_ctxt_switches') ?? 0,
    involuntarySwitches: parseStatusNumber(status, 'nonvoluntary_ctxt_switches') ?? 0,
  };
}

/** /proc/PID/status counts switches of the main thread alone, and schedstat its time. */
async function threadUsages(
  folder: string,
): Promise<Pick<ProcessUsage, 'scheduledSeconds' | 'voluntarySwitches' | 'involuntarySwitches'>> {
  let scheduledSeconds: number | undefined;
  let voluntarySwitches = 0;
  let involuntarySwitches = 0;
  for (const thread of await readdir(`${folder}/task`)) {
    const [schedstat, status] = await Promise.all(
      // A thread may end meanwhile.
      ['schedstat', 'status'].map((file) =>
        readFile(`${folder}/task/${thread}/${file}`, 'latin1').catch(() => ''),
      ),
    );
    const seconds = parseSchedstat(schedstat ?? '');
    if (seconds !== undefined) scheduledSeconds = (scheduledSeconds ?? 0) + seconds;
    const switches = parseSwitches(status ?? '');
    voluntarySwitches += switches.voluntarySwitches;
    involuntarySwitches += switches.involuntarySwitches;
  }
  return { scheduledSeconds, voluntarySwitches, involuntarySwitches };
}

function kilobytes(text: string, name: string): number | undefined {
  const value = parseStatusNumber(text, name);
  return value === undefined ? undefined : value * 1024;
}

/** The number behind `name` in /proc/PID/status. */
export function parseStatusNumber(text: string, name: string): number | undefined {
  const match = new RegExp(String.raw`^${name}:\s+(\d+)`, 'm').exec(text);
  return match === null ? undefined : Number(match[1]);
}
