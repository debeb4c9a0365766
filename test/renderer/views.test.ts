import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { SMALLEST } from '../../electron/window-place.ts';
import type { ConnectionState } from '../../shared/connection.ts';
import { settingsSchema } from '../../shared/settings.ts';
import type { Script } from './scripted-program.ts';
import { branch, certificate, history, log, office, profiles, samples, tunnel } from './scripts.ts';
import { ARTEFACTS, accessibilityFaults, windowHost } from './window.ts';

/**
 * Every view, light and dark, wide and narrow: no accessibility fault, nothing that the page's policy
 * refuses, nothing wider than the window; a picture of each for the artefacts.
 */
const host = windowHost();

const LOOKS = [
  { name: 'light', scheme: 'light', width: 1000, height: 700 },
  { name: 'dark', scheme: 'dark', width: 1000, height: 700 },
  // as small as the window gets
  { name: 'narrow', scheme: 'light', width: SMALLEST.width, height: 780 },
  // the usual window at 200 %
  { name: 'twice', scheme: 'dark', width: 500, height: 350 },
] as const;

interface View {
  readonly name: string;
  readonly script: () => Script;
  readonly arrive?: (page: Page) => Promise<void>;
}

function officeIn(state: ConnectionState, script: Script = {}): () => Script {
  return () => ({ profiles, states: [{ profileId: office.id, state }], history, ...script });
}

function connected(): ConnectionState {
  return { state: 'connected', since: Date.now() - 3_723_000, tunnel };
}

const trusting = {
  ...office,
  trustedCertificate: { publicKeySha256: certificate.publicKeySha256, trustedAt: '2026-03-01T08:00:00.000Z' },
};

const VIEWS: readonly View[] = [
  { name: 'first-run', script: () => ({}), arrive: toDetail },
  { name: 'list', script: officeIn({ state: 'disconnected' }) },
  { name: 'disconnected', script: officeIn({ state: 'disconnected' }), arrive: toProfile },
  {
    name: 'connecting',
    script: officeIn({ state: 'connecting', stage: 'signing-in', attempt: 2 }),
    arrive: toProfile,
  },
  {
    name: 'connected',
    script: () => ({ ...officeIn(connected())(), samples: samples(Date.now()) }),
    arrive: toProfile,
  },
  {
    name: 'waiting',
    script: () =>
      officeIn({
        state: 'waiting',
        attempt: 3,
        retryAt: Date.now() + 12_000,
        because: { kind: 'link-lost', reason: 'ECONNRESET' },
      })(),
    arrive: toProfile,
  },
  {
    name: 'failed-code',
    script: officeIn({
      state: 'failed',
      since: 0,
      cause: { kind: 'code-refused', code: 'motp', clockDifferenceSeconds: 187 },
    }),
    arrive: toProfile,
  },
  {
    name: 'locked-out',
    script: officeIn({
      state: 'failed',
      since: Date.now(),
      cause: { kind: 'locked-out', retryAfterSeconds: 1730 },
    }),
    arrive: toProfile,
  },
  {
    name: 'locked-out-dialled',
    script: officeIn({
      state: 'failed',
      since: Date.now(),
      cause: { kind: 'locked-out', retryAfterSeconds: 1730 },
    }),
    arrive: async (page) => {
      await page.getByRole('option', { name: office.name }).dblclick();
      await page.getByText('was not dialled').waitFor();
    },
  },
  {
    name: 'statistics',
    script: () => ({ ...officeIn(connected())(), samples: samples(Date.now()) }),
    arrive: async (page) => {
      await toProfile(page);
      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.locator('.uplot').waitFor();
      await page.getByText('Disconnected by you').waitFor();
    },
  },
  {
    name: 'log',
    script: officeIn({ state: 'disconnected' }, { log }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Log', exact: true }).click();
      await page.getByText('Signed in as hilary').waitFor();
    },
  },
  {
    name: 'report',
    script: officeIn(
      { state: 'disconnected' },
      { log, report: 'Smart VPN Client 0.1.0\nLinux\n'.repeat(40) },
    ),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Log', exact: true }).click();
      await page.getByRole('button', { name: 'Save report…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  {
    name: 'settings',
    script: officeIn({ state: 'disconnected' }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
    },
  },
  {
    name: 'settings-browser',
    script: officeIn(
      { state: 'disconnected' },
      { platform: { shell: 'browser', hasTray: false, canStartAtLogin: false, secretProtection: 'none' } },
    ),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
    },
  },
  {
    name: 'editor-new',
    script: officeIn({ state: 'disconnected' }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByRole('button', { name: 'OK', exact: true }).click();
    },
  },
  {
    name: 'editor-copy',
    script: officeIn({ state: 'disconnected' }, { profiles: [trusting] }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Duplicate' }).click();
      await page.getByText('Advanced Options').click();
      await page.getByLabel('Forget the trusted certificate').check();
    },
  },
  {
    name: 'editor-motp',
    script: officeIn({ state: 'disconnected' }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByRole('button', { name: 'Generate' }).click();
      await page.getByText('mOTP Settings').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'editor-advanced',
    script: officeIn({ state: 'disconnected' }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByText('Advanced Options').click();
      await page.getByLabel('More networks').fill('10.0.0.0/8, 10.1.2/24');
      await page.getByLabel('MRU (bytes)').scrollIntoViewIfNeeded();
    },
  },
  {
    name: 'prompt-password',
    script: officeIn({
      state: 'prompting',
      prompt: {
        kind: 'credentials',
        asks: 'password',
        userName: 'hilary',
        because: { kind: 'credentials-refused' },
      },
    }),
  },
  {
    name: 'prompt-motp',
    script: officeIn({
      state: 'prompting',
      prompt: { kind: 'credentials', asks: 'motp-code', userName: 'hilary', because: undefined },
    }),
    arrive: async (page) => {
      await page.getByLabel('Password', { exact: true }).fill('A1G');
    },
  },
  {
    name: 'prompt-second-step',
    script: () =>
      officeIn({
        state: 'prompting',
        prompt: { kind: 'second-step', deadline: Date.now() + 87_000, refused: true },
      })(),
  },
  {
    name: 'certificate-unknown',
    script: officeIn({
      state: 'prompting',
      prompt: {
        kind: 'certificate',
        cause: { kind: 'certificate-unknown', certificate, problem: 'self-signed' },
      },
    }),
  },
  {
    name: 'certificate-changed',
    script: officeIn({
      state: 'prompting',
      prompt: {
        kind: 'certificate',
        cause: {
          kind: 'certificate-changed',
          certificate,
          trustedPublicKeySha256: '0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9',
        },
      },
    }),
  },
  {
    name: 'removal',
    script: officeIn({ state: 'disconnected' }),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Delete' }).click();
    },
  },
  {
    name: 'removed',
    script: officeIn(
      { state: 'disconnected' },
      {
        problems: [
          {
            id: 1,
            problem: {
              source: 'store',
              problem: { kind: 'disk-full', path: '/home/hilary/.config/smart-vpn-client/profiles.json' },
            },
          },
        ],
      },
    ),
    arrive: async (page) => {
      await page.getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('button', { name: 'Undo' }).waitFor();
    },
  },
  {
    name: 'long-names',
    script: () => ({ profiles: [{ ...office, ...LONG }] }),
    arrive: toDetail,
  },
  {
    name: 'long-names-certificate',
    script: () => ({
      profiles: [{ ...office, ...LONG }],
      states: [
        {
          profileId: office.id,
          state: {
            state: 'prompting',
            prompt: {
              kind: 'certificate',
              cause: { kind: 'certificate-unknown', certificate, problem: 'self-signed' },
            },
          },
        },
      ],
    }),
  },
  {
    name: 'german-and-odd-names',
    script: () => ({
      systemLanguage: 'de-AT',
      profiles: [
        { ...office, name: 'مكتب القاهرة' },
        { ...branch, name: '🏢 Büro mit einem sehr langen Namen, der nirgends ganz hineinpasst' },
      ],
      states: [
        {
          profileId: office.id,
          state: { state: 'failed', since: 0, cause: { kind: 'credentials-refused' } },
        },
      ],
    }),
    arrive: toDetail,
  },
];

/** As long as names may be, with no place to break. */
const LONG = {
  name: 'W'.repeat(100),
  server: `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.example`,
  userName: 'u'.repeat(64),
};

async function toProfile(page: Page): Promise<void> {
  await page.getByRole('option', { name: office.name }).click();
}

/** In a narrow window the list stands before what it leads to. */
async function toDetail(page: Page): Promise<void> {
  const first = page.getByRole('option').first();
  if ((await first.count()) > 0) await first.click();
}

/** Words that are cut off, and the page when it is wider than its window. */
const OVERFLOWING = `Array.from(document.querySelectorAll('html, main > *, .card, button, h2, h3, label, legend, dt, dd, th, .table-place, dialog p, input.code'))
  .filter((element) => element.clientWidth > 0 && element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.tagName + ' ' + element.textContent.slice(0, 60))`;

test.each(VIEWS)('$name', async ({ name, script, arrive }) => {
  const { page, program, complaints } = await host.open(script());
  try {
    await arrive?.(page);
    for (const look of LOOKS) {
      await page.emulateMedia({ colorScheme: look.scheme });
      await page.setViewportSize({ width: look.width, height: look.height });
      await page.screenshot({ path: join(ARTEFACTS, `${name}.${look.name}.png`) });
      expect({ look: look.name, faults: await accessibilityFaults(page) }).toEqual({
        look: look.name,
        faults: [],
      });
      expect(await page.evaluate(OVERFLOWING)).toEqual([]);
    }
    // German words are long: in the narrowest window nothing of them is cut off either.
    await page.setViewportSize({ width: SMALLEST.width, height: 780 });
    await page.emulateMedia({ colorScheme: 'light' });
    program.notify('settings', { settings: settingsSchema.parse({ ...script().settings, language: 'de' }) });
    await page.waitForFunction('document.documentElement.lang === "de"');
    await page.screenshot({ path: join(ARTEFACTS, `${name}.german.png`) });
    expect(await page.evaluate(OVERFLOWING)).toEqual([]);
    expect(complaints).toEqual([]);
    expect(program.faults).toEqual([]);
  } finally {
    await page.context().close();
  }
});
