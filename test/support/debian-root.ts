import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface DebianRootOptions {
  readonly suite: 'bookworm' | 'trixie';
  /** Besides the essential ones, `apt` and what these depend on. */
  readonly packages: readonly string[];
}

/** Raised when what a root is made of changes. */
const FORMAT = 1;

/**
 * Waits for whoever makes the same root, makes it when nobody did, and moves it into place whole: a maker that is
 * killed leaves a `.partial` folder, which the next one removes.
 */
const MAKE = `
  set -e
  [ ! -d "$ROOT" ] || exit 0
  rm -rf "$ROOT.partial"
  # Without waiting for the disk after each file: what a power failure damages is not in place yet.
  mmdebstrap --quiet --mode=root --format=directory --variant=minbase --dpkgopt=force-unsafe-io \\
    --include="$PACKAGES" "$SUITE" "$ROOT.partial"
  mv "$ROOT.partial" "$ROOT"
`;

/**
 * A bare Debian in a folder, configured as if installed, with nothing running: for hosts of their own
 * (`createNamespace`'s `root`, which leaves the folder as it is). Made once, by mmdebstrap as root from Debian's
 * packages, in about a minute, and kept in the user's cache folder.
 * Undefined where it cannot be made; then the reason is on standard error, and in CI it is thrown.
 */
export async function debianRoot({ suite, packages }: DebianRootOptions): Promise<string | undefined> {
  const wanted = [...new Set(packages)].sort().join(',');
  const digest = createHash('sha256').update(`${FORMAT} ${suite} ${wanted}`).digest('hex').slice(0, 12);
  const folder = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'smartvpn-test-roots');
  const root = join(folder, `${suite}-${digest}`);
  if (existsSync(root)) return root;
  const lacking = whatIsLacking();
  if (lacking !== undefined) return notMade(suite, lacking);
  await mkdir(folder, { recursive: true });
  const maker = spawn('flock', [`${root}.lock`, 'sh', '-c', MAKE], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ROOT: root, SUITE: suite, PACKAGES: wanted },
  });
  const said: string[] = [];
  maker.stderr.setEncoding('utf8').on('data', (text: string) => said.push(text));
  await once(maker, 'close');
  return maker.exitCode === 0 ? root : notMade(suite, said.join('').trim());
}

function whatIsLacking(): string | undefined {
  if (process.platform !== 'linux' || process.geteuid?.() !== 0) return 'it takes root on Linux';
  const program = spawnSync('mmdebstrap', ['--version']);
  return program.error === undefined ? undefined : 'mmdebstrap is not installed';
}

function notMade(suite: string, reason: string): undefined {
  const text = `No Debian (${suite}) for tests: ${reason}`;
  // A test that is skipped for want of it must not look like one that has passed.
  if (process.env['CI'] === 'true') throw new Error(text);
  process.stderr.write(`${text}\n`);
  return undefined;
}
