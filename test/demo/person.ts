import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright-core';

const DEMO = fileURLToPath(new URL('demo.ts', import.meta.url));

/** What `npm run demo -- --ui` prints for the person before it. */
export interface Printed {
  readonly address: string;
  readonly userName: string;
  readonly pin: string;
}

export interface RunningDemo {
  readonly printed: Printed;
  /** As Ctrl-C does; resolves with all that was said. */
  end(): Promise<string>;
}

/** The demo with the window, as it is started by hand; no browser is opened by it. */
export async function startWindowDemo(): Promise<RunningDemo> {
  const { DISPLAY: _display, WAYLAND_DISPLAY: _wayland, ...environment } = process.env;
  const child = spawn(process.execPath, [DEMO, '--ui'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: environment,
  });
  let said = '';
  const ended = new Promise<string>((resolve) => {
    child.once('close', () => resolve(said));
  });
  const printed = await new Promise<Printed>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const [, address] = /Window +(http:\S+)/.exec(said) ?? [];
      const [, userName] = /User name +(\S+)/.exec(said) ?? [];
      const [, pin] = /PIN +(\d+)\n/.exec(said) ?? [];
      if (address !== undefined && userName !== undefined && pin !== undefined) {
        resolve({ address, userName, pin });
      }
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => reject(new Error(`the demo ended:\n${said}`)));
  });
  return {
    printed,
    end: () => {
      child.kill('SIGINT');
      return ended;
    },
  };
}

/** How fast somebody is who has never seen the window. Milliseconds. */
export interface Pace {
  /** To find what comes next on the screen. */
  readonly look: number;
  /** Per key. */
  readonly key: number;
}

/** Connects with nothing but what is printed and what the window says. */
export async function connectAsPerson(page: Page, { address, pin }: Printed, pace: Pace): Promise<void> {
  const press = async (name: string): Promise<void> => {
    const button = page.getByRole('button', { name, exact: true });
    await button.waitFor();
    await page.waitForTimeout(pace.look);
    await button.click();
  };
  await page.goto(address);
  await press('Connect');
  const field = page.getByRole('dialog').getByLabel('PIN', { exact: true });
  await Promise.race([
    field.waitFor(),
    // Where no network device can be made, the window offers this in its place.
    press('Test connection').then(() => field.waitFor()),
  ]);
  await page.waitForTimeout(pace.look);
  await page.keyboard.type(pin, { delay: pace.key });
  await page.keyboard.press('Enter');
  await press('Trust this router');
  await page.locator('.state-word').getByText('Connected', { exact: true }).waitFor();
}
