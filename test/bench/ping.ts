import { CommandError, type Namespace } from '../support/namespace.ts';

export interface PingOptions {
  /** Whole seconds that it goes on. */
  readonly seconds: number;
  /** Seconds between two. */
  readonly interval: number;
}

export interface Pings {
  readonly sent: number;
  /** Milliseconds of those that were answered. */
  readonly roundTrips: readonly number[];
}

export async function ping(from: Namespace, to: string, options: PingOptions): Promise<Pings> {
  const { seconds, interval } = options;
  const argv = ['-n', '-w', String(seconds), '-i', String(interval), to];
  try {
    return parsePings(await readAtEnd(from, argv, seconds * 1000 + 10_000));
  } catch (error) {
    // Nothing was answered.
    if (error instanceof CommandError && error.code === 1)
      return { sent: seconds / interval, roundTrips: [] };
    throw error;
  }
}

/** `count` pings, `interval` seconds apart; the last ones too are waited for, so that only what was lost is missing. */
export async function pingAll(
  from: Namespace,
  to: string,
  { count, interval }: { readonly count: number; readonly interval: number },
): Promise<Pings> {
  const argv = ['-n', '-c', String(count), '-i', String(interval), '-W', '3', to];
  try {
    return parsePings(await readAtEnd(from, argv, count * interval * 1000 + 20_000));
  } catch (error) {
    if (error instanceof CommandError && error.code === 1) return { sent: count, roundTrips: [] };
    throw error;
  }
}

/** What ping says goes to a file that has no name any more, and comes from there. */
const TO_FILE =
  'file=$(mktemp) && exec 3<>"$file" && rm "$file" || exit 9; ping "$@" >&3; code=$?; cat /dev/fd/3; exit $code';

/** Read along, each answer would wake this process on a core that the next one needs. */
function readAtEnd(from: Namespace, argv: readonly string[], deadline: number): Promise<string> {
  return from.exec(['sh', '-c', TO_FILE, 'ping', ...argv], { deadline });
}

/** Lines like "64 bytes from 10.77.0.2: icmp_seq=1 ttl=63 time=0.045 ms", and at the end "20 packets transmitted, …". */
export function parsePings(text: string): Pings {
  const roundTrips = [...text.matchAll(/ time=([\d.]+) ms/g)].map((match) => Number(match[1]));
  const sent = /^(\d+) packets transmitted/m.exec(text)?.[1];
  return { sent: sent === undefined ? roundTrips.length : Number(sent), roundTrips };
}
