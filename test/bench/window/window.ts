import { step } from '../../support/narration.ts';
import { chromiumPossible } from '../../support/chromium.ts';
import type { Bench, SectionResult } from '../section.ts';
import { firstConnection } from './first-connection.ts';
import { windowClicks } from './window-clicks.ts';
import { windowIdle } from './window-idle.ts';
import { windowStart } from './window-start.ts';

/** What the window costs: to open, to use while statistics flow, and to leave alone. */
export async function window(bench: Bench): Promise<SectionResult> {
  if (!chromiumPossible()) return { skipped: ['needs Chromium'], samples: [], summary: [] };
  const samples: object[] = [];
  step('First connection, from what the demo prints');
  samples.push(...(await firstConnection(bench)));
  step('Start to usable window');
  samples.push(...(await windowStart(bench)));
  step('Clicks while statistics flow');
  samples.push(...(await windowClicks(bench)));
  step('Connected and left alone');
  samples.push(...(await windowIdle(bench)));
  return { skipped: [], samples, summary: samples };
}
