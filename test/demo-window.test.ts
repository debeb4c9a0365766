import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connectAsPerson, startWindowDemo, type RunningDemo } from './demo/person.ts';
import { chromiumPossible, startChromium } from './support/chromium.ts';

describe.skipIf(!chromiumPossible())('npm run demo -- --ui', () => {
  let demo: RunningDemo;
  beforeAll(async () => {
    demo = await startWindowDemo();
  });
  afterAll(() => demo?.end());

  test('what it prints is enough to connect, and nothing is left of it', async () => {
    const browser = await startChromium();
    try {
      const page = await browser.newPage({ locale: 'en-GB' });
      await connectAsPerson(page, demo.printed, { look: 0, key: 0 });
      expect(await page.getByText('Virtual IP').count()).toBeGreaterThan(0);
    } finally {
      await browser.close();
    }
    expect(await demo.end()).toContain('nothing is left');
  });
});
