import { z } from 'zod';
import { type Result, err, ok } from '../../shared/result.ts';
import { type CommandOutcome, type CommandRunner, outcomeText } from './command-runner.ts';
import { type Family, PRIORITIES_PER_SLOT } from './policy-routing.ts';
import type { NetworkFailure } from './tunnel-network.ts';

const SET_DEADLINE = 5_000;

/** Runs the lines in order, stopping at the first that fails. */
export async function runIpBatch(
  run: CommandRunner,
  family: Family,
  lines: readonly string[],
  step: string,
): Promise<Result<void, NetworkFailure>> {
  if (lines.length === 0) return ok(undefined);
  const input = `${lines.join('\n')}\n`;
  const outcome = await run('ip', [`-${family}`, '-batch', '-'], { deadline: SET_DEADLINE, input });
  if (outcome.kind === 'exited' && outcome.code === 0) return ok(undefined);
  return err(ipFailure(outcome, step, lines));
}

function ipFailure(outcome: CommandOutcome, step: string, lines: readonly string[]): NetworkFailure {
  if (outcome.kind === 'not-found') return { kind: 'device-not-permitted', missing: 'iproute2' };
  const text = outcome.kind === 'exited' ? outcome.stderr : '';
  if (/Operation not permitted/.test(text)) return { kind: 'device-not-permitted', missing: 'privilege' };
  const failedLine = lines[Number(/Command failed -:([0-9]+)/.exec(text)?.[1]) - 1];
  const at = failedLine === undefined ? '' : ` at "${failedLine}"`;
  return { kind: 'network-setup-failed', step, detail: `${outcomeText('ip', outcome)}${at}` };
}

/** Undoes: runs all lines, whatever becomes of each. What is gone already is no failure. The error is a detail for the log. */
export async function forceIpBatch(
  run: CommandRunner,
  family: Family,
  lines: readonly string[],
  deadline: number,
): Promise<Result<void, string>> {
  if (lines.length === 0) return ok(undefined);
  const input = `${lines.join('\n')}\n`;
  const outcome = await run('ip', [`-${family}`, '-force', '-batch', '-'], { deadline, input });
  if (outcome.kind !== 'exited') return err(outcomeText('ip', outcome));
  const complaint = outcome.stderr.split('\n').find((line) => line !== '' && !MEANS_GONE.test(line));
  return complaint === undefined ? ok(undefined) : err(`ip: ${complaint}`);
}

const MEANS_GONE =
  /^RTNETLINK answers: (No such (file or directory|process|device)|Cannot assign)|^Command failed -:|^Cannot find device|FIB table does not exist|^Dump terminated/;

const rulesSchema = z.array(
  z.object({ priority: z.number(), table: z.union([z.string(), z.number()]).optional() }),
);

/** Whether a slot's table and priorities are unused in the family. Undefined = `ip` does not tell. */
export async function isSlotFree(
  run: CommandRunner,
  family: Family,
  slot: { readonly table: number; readonly basePriority: number },
): Promise<Result<boolean, NetworkFailure>> {
  const [rules, routes] = await Promise.all([
    run('ip', ['-j', `-${family}`, 'rule', 'show'], { deadline: SET_DEADLINE }),
    run('ip', ['-j', `-${family}`, 'route', 'show', 'table', String(slot.table)], { deadline: SET_DEADLINE }),
  ]);
  if (rules.kind !== 'exited' || rules.code !== 0) return err(ipFailure(rules, 'routing', []));
  const parsed = rulesSchema.safeParse(parseJson(rules.stdout));
  if (!parsed.success) {
    return err({
      kind: 'network-setup-failed',
      step: 'routing',
      detail: 'ip gave rules that cannot be read',
    });
  }
  const inUse = parsed.data.some(
    ({ priority, table }) =>
      String(table) === String(slot.table) ||
      (priority >= slot.basePriority && priority < slot.basePriority + PRIORITIES_PER_SLOT),
  );
  // A table that never had a route does not exist, which `ip` calls an error.
  const empty =
    routes.kind === 'exited' &&
    (routes.code !== 0 || z.array(z.unknown()).length(0).safeParse(parseJson(routes.stdout)).success);
  return ok(!inUse && empty);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text === '' ? '[]' : text);
  } catch {
    return undefined;
  }
}
