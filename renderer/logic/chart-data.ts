import type { ConnectionStatistics } from '../../shared/connection.ts';

/** Seconds of history that the chart shows. */
export const CHART_SECONDS = 300;
/** A pause longer than this is a gap in the line, not a slope. */
const GAP_SECONDS = 5;

/** Unix seconds, received and sent bits a second; null where nothing is known. */
export type ChartColumns = [number[], (number | null)[], (number | null)[]];

export function chartColumns(samples: readonly ConnectionStatistics[], nowSeconds: number): ChartColumns {
  const columns: ChartColumns = [[], [], []];
  const from = nowSeconds - CHART_SECONDS;
  let previous = Number.NEGATIVE_INFINITY;
  for (const { at, receiveRate, sendRate } of samples) {
    const time = at / 1000;
    // A clock that was set back would make the line run backwards.
    if (time < from || time <= previous) continue;
    if (time - previous > GAP_SECONDS && columns[0].length > 0) append(columns, previous + 1, null, null);
    append(columns, time, receiveRate, sendRate);
    previous = time;
  }
  return columns;
}

function append(columns: ChartColumns, time: number, received: number | null, sent: number | null): void {
  columns[0].push(time);
  columns[1].push(received);
  columns[2].push(sent);
}
