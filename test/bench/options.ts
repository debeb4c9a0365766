import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type Result, err, ok } from '../../shared/result.ts';

export const SECTIONS = [
  'throughput',
  'shaped',
  'flood',
  'shutdown',
  'connect-time',
  'idle',
  'many-sessions',
  'router-pages',
  'window',
  'far',
  'integrity',
  'soak',
  'reconnect',
  'repeat',
] as const;
export type SectionName = (typeof SECTIONS)[number];

/** What a run without `--only` leaves out, because they take long. */
const ON_DEMAND: ReadonlySet<SectionName> = new Set(['far', 'integrity', 'soak', 'reconnect', 'repeat']);
/** And a quick run. */
const LONG: ReadonlySet<SectionName> = new Set(['shaped', 'flood', 'shutdown']);

export interface BenchOptions {
  readonly rounds: number;
  /** Length of each load. */
  readonly seconds: number;
  /** TCP connections at once in a load. */
  readonly streams: readonly number[];
  /** Length of the idle measurement. */
  readonly idleSeconds: number;
  /** Length of the idle measurement of the window. */
  readonly windowIdleSeconds: number;
  readonly sections: readonly SectionName[];
  /** Sessions at once. */
  readonly sessionCounts: readonly number[];
  /** Besides openvpn also those that are only compared when installed. */
  readonly allPeers: boolean;
  /** Seconds that a link is cut for, before it is back. */
  readonly cuts: readonly number[];
  /** Connects and disconnects in a row. */
  readonly repeats: number;
  /** Length of the soak. */
  readonly minutes: number;
  readonly jsonFile: string | undefined;
  /** Where the chart goes. */
  readonly chartFile: string | undefined;
  /** Figures of earlier runs, of which a later file's sections replace an earlier one's: nothing is measured. */
  readonly fromFiles: readonly string[];
  readonly quick: boolean;
}

export const USAGE = `npm run bench -- [options]

  --rounds N        rounds, of which the medians are shown (3)
  --seconds N       length of each load (2)
  --only SECTION    ${SECTIONS.slice(0, 4).join(', ')},
                    ${SECTIONS.slice(4).join(', ')}; may be repeated.
                    ${[...ON_DEMAND].join(', ')} run only when they are asked for
  --minutes N       length of the soak (10)
  --cut SECONDS     reconnect: how long the link is cut; may be repeated (5 and 60)
  --repeats N       repeat: connects and disconnects (500)
  --json FILE       write the figures there, with every sample
  --chart FILE      draw the figures there (SVG)
  --from FILE       measure nothing: take the figures from there, to show and to draw them; may be
                    repeated, and with --json the sections of all are written together
  --quick           a first impression in about a minute: one short round against openvpn alone
  --help            this
`;

const count = (least: number) => z.coerce.number().int().min(least);

const flagsSchema = z.object({
  rounds: count(1).optional(),
  seconds: count(1).optional(),
  only: z.array(z.enum(SECTIONS)).optional(),
  minutes: count(1).optional(),
  cut: z.array(count(1)).optional(),
  repeats: count(100).optional(),
  json: z.string().optional(),
  chart: z.string().optional(),
  from: z.array(z.string()).optional(),
  quick: z.boolean().default(false),
  help: z.boolean().default(false),
});

/** `say`: the help, or what is wrong with the words. */
export function parseOptions(words: readonly string[]): BenchOptions | { readonly say: string } {
  const given = parseWords(words);
  if (!given.ok) return { say: `${given.error}\n\n${USAGE}` };
  const flags = flagsSchema.safeParse(given.value);
  if (!flags.success) {
    const [issue] = flags.error.issues;
    return { say: `--${String(issue?.path[0])}: ${issue?.message}\n\n${USAGE}` };
  }
  const { quick, help, only, rounds, seconds, minutes, cut, repeats, json, chart, from } = flags.data;
  if (help) return { say: USAGE };
  return {
    rounds: rounds ?? (quick ? 1 : 3),
    seconds: seconds ?? (quick ? 1 : 2),
    streams: quick ? [1] : [1, 4],
    idleSeconds: quick ? 3 : 20,
    windowIdleSeconds: quick ? 3 : 60,
    sections: only ?? SECTIONS.filter((name) => !ON_DEMAND.has(name) && !(quick && LONG.has(name))),
    sessionCounts: quick ? [100] : [1, 100, 1000],
    allPeers: !quick,
    minutes: minutes ?? 10,
    cuts: cut ?? (quick ? [5] : [5, 60]),
    repeats: repeats ?? (quick ? 100 : 500),
    jsonFile: json,
    chartFile: chart,
    fromFiles: from ?? [],
    quick,
  };
}

function parseWords(words: readonly string[]): Result<unknown, string> {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        only: { type: 'string', multiple: true },
        minutes: { type: 'string' },
        cut: { type: 'string', multiple: true },
        repeats: { type: 'string' },
        json: { type: 'string' },
        chart: { type: 'string' },
        from: { type: 'string', multiple: true },
        quick: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
    return ok(values);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
