import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Locator, Page, WebSocket } from 'playwright-core';
import { onTestFailed } from 'vitest';

const ARTEFACTS = join(import.meta.dirname, '../artefacts/browser');

export interface Look {
  readonly scheme: 'light' | 'dark';
  readonly width: number;
  readonly height: number;
}

export const USUAL: Look = { scheme: 'light', width: 1000, height: 700 };

/** Where a window is: a tab of a browser, or the desktop program's own. */
export interface WindowPlace {
  readonly page: Page;
  /** Network devices can be had there. */
  readonly hasDevices: boolean;
  /** Where the page is not there by itself. */
  readonly arrive?: () => Promise<void>;
  /** What the program behind it has printed. */
  said(): string;
  close(): Promise<void>;
}

/** A window of the program as a person has it before them: by roles, labels and words. */
export class VpnWindow {
  readonly page: Page;
  /** Texts of the WebSocket, from the program. */
  readonly received: string[] = [];
  /** And to it. */
  readonly sent: string[] = [];
  /** What the page said on its console or threw, and what its policy refused. */
  readonly complaints: string[] = [];
  readonly #place: WindowPlace;
  readonly #walk: string;
  #steps = 0;
  readonly #waiting = new Set<() => void>();

  private constructor(place: WindowPlace, walk: string) {
    const { page } = place;
    this.page = page;
    this.#place = place;
    this.#walk = walk;
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('websocket', (socket) => this.#listen(socket));
  }

  /** Pictures of its steps are kept under the name of the walk; `onFailed` is told how to keep more. */
  static async open(
    place: WindowPlace,
    walk: string,
    onFailed: (keep: () => Promise<void>) => void = onTestFailed,
  ): Promise<VpnWindow> {
    const window = new VpnWindow(place, walk);
    onFailed(() => window.keepFailure());
    await place.arrive?.();
    await window.button('Add', 'Add your first profile').first().waitFor();
    return window;
  }

  async close(): Promise<void> {
    await this.#place.close();
  }

  /** A picture for the artefacts, numbered in the order of the walk. */
  async picture(name: string): Promise<void> {
    this.#steps += 1;
    const number = String(this.#steps).padStart(2, '0');
    await this.page.screenshot({ path: await artefact(`${this.#walk}-${number}-${name}.png`) });
  }

  async look({ scheme, width, height }: Look): Promise<void> {
    await this.page.emulateMedia({ colorScheme: scheme });
    await this.page.setViewportSize({ width, height });
  }

  /** Any button with one of these names, exactly. */
  button(...names: readonly string[]): Locator {
    const [first = '', ...more] = names;
    return more.reduce(
      (found, name) => found.or(this.page.getByRole('button', { name, exact: true })),
      this.page.getByRole('button', { name: first, exact: true }),
    );
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** In the dialog, the field of that label. */
  field(label: string): Locator {
    return this.dialog.getByLabel(label, { exact: true });
  }

  /** The dialog's button. */
  async answer(name: string): Promise<void> {
    await this.dialog.getByRole('button', { name, exact: true }).click();
  }

  profile(name: string): Locator {
    return this.page.getByRole('option').filter({ hasText: name });
  }

  /** Until the selected profile's big state word is this one. */
  async state(word: string): Promise<void> {
    await this.page.locator('.state-word').getByText(word, { exact: true }).waitFor();
  }

  /** A button of the selected profile's panel. */
  async press(name: string): Promise<void> {
    await this.page.locator('main').getByRole('button', { name, exact: true }).click();
  }

  /** "Connect", or another button that does; then, where no device can be had, the test that is offered instead. */
  async connect(name = 'Connect'): Promise<void> {
    await this.press(name);
    if (this.#place.hasDevices) return;
    await this.failure('Not permitted on this computer');
    await this.button('Test connection').click();
  }

  /** Until the card of that failure is shown. */
  async failure(title: string): Promise<void> {
    await this.page.getByRole('heading', { name: title, exact: true }).waitFor();
  }

  /** The failure that is shown now: what happened and what to do, in the card's words, and its first button. */
  async failureCard(): Promise<{ title: string; said: string[]; offers: string } | undefined> {
    const card = this.page.locator('main .failure');
    if ((await card.count()) !== 1) return undefined;
    const [title = '', said, [offers = '']] = await Promise.all([
      card
        .getByRole('heading')
        .allTextContents()
        .then(([first]) => first),
      card.getByRole('paragraph').allTextContents(),
      card.getByRole('button').allTextContents(),
    ]);
    return { title, said, offers };
  }

  /** A fact of the status panel, by its label. */
  fact(label: string): Locator {
    return this.page.locator('dt', { hasText: new RegExp(`^${label}$`) }).locator('+ dd');
  }

  async chooseProfileFile(name: string, content: string | Uint8Array): Promise<void> {
    const file = { name, mimeType: 'application/json', buffer: Buffer.from(content) };
    const chosen = this.page.waitForEvent('filechooser');
    await this.button('Import').click();
    await (await chosen).setFiles(file);
  }

  /** Imports profiles as a file, and waits for the notice. */
  async importProfiles(profiles: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    await this.chooseProfileFile(
      'profiles.json',
      JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles }),
    );
    await this.page.getByText(/imported\.$/).waitFor();
    await this.button('Dismiss').click();
  }

  async trust(): Promise<void> {
    await this.dialog.getByText('Fingerprint (SHA-256)').waitFor();
    await this.answer('Trust this router');
  }

  /** Resolves as soon as so many texts from the program match. */
  receives(pattern: RegExp, count = 1): Promise<void> {
    return this.#until(() => this.received.filter((text) => pattern.test(text)).length >= count);
  }

  /** Resolves as soon as a call of that name has its answer. */
  answered(call: string): Promise<void> {
    return this.#until(() => {
      const sent = this.sent.find((text) => text.includes(`"call":"${call}"`)) ?? '';
      const [, id = ''] = /^\{"id":(\d+),/.exec(sent) ?? [];
      return id !== '' && this.received.some((text) => text.startsWith(`{"id":${id},`));
    });
  }

  #until(holds: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  #listen(socket: WebSocket): void {
    const keep = (texts: string[]) => (data: { readonly payload: string | Buffer }) => {
      texts.push(data.payload.toString());
      for (const look of this.#waiting) look();
    };
    socket.on('framereceived', keep(this.received));
    socket.on('framesent', keep(this.sent));
  }

  /** Its picture, and what was said, for the artefacts. */
  async keepFailure(): Promise<void> {
    const log = [this.#place.said(), ...this.complaints, '', 'received:', ...this.received.slice(-40)].join(
      '\n',
    );
    await writeFile(await artefact(`${this.#walk}-failed.txt`), log);
    if (!this.page.isClosed()) {
      await this.page.screenshot({ path: await artefact(`${this.#walk}-failed.png`) });
    }
  }
}

async function artefact(name: string): Promise<string> {
  await mkdir(ARTEFACTS, { recursive: true });
  return join(ARTEFACTS, basename(name));
}
