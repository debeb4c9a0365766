import { execFile } from 'node:child_process';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Under what the figures were measured. */
export interface MachineFacts {
  readonly cores: number;
  readonly processor: string;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly architecture: string;
  readonly node: string;
  readonly openssl: string;
  /** Versions of the other programs that take part; undefined = not installed. */
  readonly programs: Readonly<Record<string, string | undefined>>;
}

/** What prints each program's version in the first line. */
const VERSION_COMMANDS: Readonly<Record<string, readonly string[]>> = {
  iperf3: ['iperf3', '--version'],
  openvpn: ['openvpn', '--version'],
  openconnect: ['openconnect', '--version'],
  ocserv: ['ocserv', '--version'],
  socat: ['socat', '-V'],
};

export async function machineFacts(): Promise<MachineFacts> {
  const entries = await Promise.all(
    Object.entries(VERSION_COMMANDS).map(async ([name, command]): Promise<[string, string | undefined]> => [
      name,
      await versionOf(command),
    ]),
  );
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    memoryBytes: totalmem(),
    kernel: release(),
    architecture: process.arch,
    node: process.version,
    openssl: process.versions.openssl ?? 'unknown',
    programs: Object.fromEntries(entries),
  };
}

/** Runnable tasks, averaged over a minute: what else this machine was doing before a sample. */
export function loadAverage(): number {
  return loadavg()[0] ?? Number.NaN;
}

/** Undefined when the program is not installed. */
async function versionOf(command: readonly string[]): Promise<string | undefined> {
  const [file = '', ...args] = command;
  // openvpn --version ends with exit code 1 in some releases, and still prints it.
  const { stdout, stderr } = await run(file, args).catch((error: unknown) => outputOf(error));
  return /^.*?(\d+(?:\.\d+)+)/m.exec(stdout || stderr)?.[1];
}

function outputOf(error: unknown): { stdout: string; stderr: string } {
  if (!(error instanceof Error)) return { stdout: '', stderr: '' };
  return {
    stdout: 'stdout' in error ? String(error.stdout) : '',
    stderr: 'stderr' in error ? String(error.stderr) : '',
  };
}
