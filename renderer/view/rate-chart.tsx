import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { ConnectionStatistics } from '../../shared/connection.ts';
import { CHART_SECONDS, chartColumns } from '../logic/chart-data.ts';
import { rateText, minuteText } from '../logic/quantity.ts';
import { useWords } from './app-context.ts';

const HEIGHT = 190;

/** A line each for received (solid) and sent (dashed). Its sentence is what a screen reader hears. */
export function RateChart({ samples }: { readonly samples: readonly ConnectionStatistics[] }) {
  const { text, locale } = useWords();
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(samples);
  const words = text.statistics;

  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const draw = (): void => {
      chart.current?.destroy();
      const options = chartOptions(element, locale, [words.received, words.sent]);
      chart.current = new uPlot(options, columns(latest.current), element);
    };
    draw();
    const resize = new ResizeObserver(() => {
      chart.current?.setSize({ width: element.clientWidth, height: HEIGHT });
    });
    resize.observe(element);
    // Colours are drawn into a picture: with another theme it is drawn anew.
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    return () => {
      scheme.removeEventListener('change', draw);
      themes.disconnect();
      resize.disconnect();
      chart.current?.destroy();
      chart.current = undefined;
    };
  }, [locale, words.received, words.sent]);

  useEffect(() => {
    latest.current = samples;
    chart.current?.setData(columns(samples));
  }, [samples]);

  const last = samples.at(-1);
  const summary = words.chartSummary(
    rateText(last?.receiveRate ?? 0, locale),
    rateText(last?.sendRate ?? 0, locale),
  );
  return <div ref={place} className="chart" role="img" aria-label={`${words.chart}. ${summary}`} />;
}

function columns(samples: readonly ConnectionStatistics[]): ReturnType<typeof chartColumns> {
  return chartColumns(samples, Date.now() / 1000);
}

function chartOptions(
  element: HTMLElement,
  locale: string,
  [received, sent]: readonly [string, string],
): uPlot.Options {
  const colour = (name: string): string => resolvedColour(element, name);
  const axis = {
    stroke: colour('--muted'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { show: false },
    font: `11px ${getComputedStyle(element).fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    padding: [10, 24, 0, 0],
    cursor: { show: false },
    legend: { show: false },
    scales: {
      x: {
        range: () => {
          const now = Date.now() / 1000;
          return [now - CHART_SECONDS, now];
        },
      },
      // A line along the floor is no traffic; the scale does not shrink below a useful one.
      y: { range: (_chart, _low, high) => [0, Math.max(high * 1.1, 10_000)] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        space: 70,
        // Without the two minutes a narrow chart has one label, or none.
        incrs: [60, 120, 300],
        values: (_chart, times) => times.map((time) => minuteText(time * 1000, locale)),
      },
      {
        ...axis,
        size: 82,
        space: 36,
        values: (_chart, rates) => rates.map((rate) => rateText(rate, locale)),
      },
    ],
    series: [
      {},
      { label: received, stroke: colour('--received'), width: 2, points: { show: false } },
      { label: sent, stroke: colour('--sent'), width: 2, dash: [6, 4], points: { show: false } },
    ],
  };
}

/** A canvas knows neither variables nor light-dark(): the browser resolves them for an element. */
function resolvedColour(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
