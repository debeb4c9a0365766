import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ConnectionState } from '../../shared/connection.ts';
import { chromiumPossible } from '../support/chromium.ts';
import type { Script, ScriptedProgram } from './scripted-program.ts';
import { certificate, office, profiles } from './scripts.ts';
import { focusedButton, startWindowHost, usingWindow, type WindowHost } from './window.ts';

/** What is pressed too soon or thought better of: nothing is trusted, dialled, left behind or forgotten by it. */
let host: WindowHost;
beforeAll(async () => {
  if (chromiumPossible()) host = await startWindowHost();
}, 120_000);
beforeEach(({ skip }) => skip(!chromiumPossible(), 'needs Chromium'));
afterAll(async () => {
  if (chromiumPossible()) await host.close();
});

function using(script: Script, use: (page: Page, program: ScriptedProgram) => Promise<void>): Promise<void> {
  return usingWindow(host, script, use);
}

const UNKNOWN: ConnectionState = {
  state: 'prompting',
  prompt: {
    kind: 'certificate',
    cause: { kind: 'certificate-unknown', certificate, problem: 'self-signed' },
  },
};
const CHANGED: ConnectionState = {
  state: 'prompting',
  prompt: {
    kind: 'certificate',
    cause: { kind: 'certificate-changed', certificate, trustedPublicKeySha256: '0'.repeat(64) },
  },
};

describe('the question about a certificate', () => {
  test.each([
    { name: 'unknown', state: UNKNOWN },
    { name: 'changed', state: CHANGED },
  ])('is not answered by the second Enter behind a password: $name', ({ state }) =>
    using({ profiles }, async (page, program) => {
      program.state(office.id, {
        state: 'prompting',
        prompt: { kind: 'credentials', asks: 'password', userName: 'hilary', because: undefined },
      });
      await page.getByLabel('Password', { exact: true }).fill('hunter2');
      await page.keyboard.press('Enter');
      await expect.poll(() => program.calls('submitCredentials')).toHaveLength(1);
      program.state(office.id, state);
      await page.getByText(certificate.fingerprint).waitFor();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Space');
      // The window handles one key after the other: what those did would be here by now.
      await page.keyboard.press('Tab');
      expect(await page.locator('dialog :focus').count()).toBe(1);
      expect(await page.getByText(certificate.fingerprint).isVisible()).toBe(true);
      expect(program.calls('trustCertificate')).toEqual([]);
      expect(program.calls('dismissPrompt')).toEqual([]);
    }),
  );

  test('is two stops from its answer by keyboard, and Esc says no', () =>
    using({ profiles }, async (page, program) => {
      program.state(office.id, UNKNOWN);
      await page.getByText(certificate.fingerprint).waitFor();
      await page.keyboard.press('Tab');
      await expect.poll(() => focusedButton(page)).toBe('Cancel');
      await page.keyboard.press('Tab');
      await expect.poll(() => focusedButton(page)).toBe('Trust this router');
      await page.keyboard.press('Enter');
      await expect
        .poll(() => program.calls('trustCertificate'))
        .toEqual([{ profileId: office.id, publicKeySha256: certificate.publicKeySha256 }]);
      program.state(office.id, { state: 'disconnected' });
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      program.state(office.id, UNKNOWN);
      await page.getByText(certificate.fingerprint).waitFor();
      await page.keyboard.press('Escape');
      await expect.poll(() => program.calls('dismissPrompt')).toHaveLength(1);
      expect(program.calls('trustCertificate')).toHaveLength(1);
    }));

  test('about a changed one takes a second yes', () =>
    using({ profiles }, async (page, program) => {
      program.state(office.id, CHANGED);
      const trust = page.getByRole('button', { name: 'Trust the new certificate' });
      expect(await trust.isDisabled()).toBe(true);
      await page.getByLabel('My administrator confirmed').check();
      await trust.click();
      await expect.poll(() => program.calls('trustCertificate')).toHaveLength(1);
    }));

  test.each([
    { name: 'unknown', state: UNKNOWN, words: 'trust this router only if they are the same' },
    { name: 'changed', state: CHANGED, words: 'This is not the certificate that you trusted before' },
  ])('is said by a screen reader when it opens, with whose it is: $name', ({ state, words }) =>
    using({ profiles }, async (page, program) => {
      program.state(office.id, state);
      await page.getByText(certificate.fingerprint).waitFor();
      const said = await description(page);
      expect(said).toContain(office.name);
      expect(said).toContain(words);
    }),
  );
});

/** What the browser tells a screen reader of the dialog besides its name. */
async function description(page: Page): Promise<string> {
  const devtools = await page.context().newCDPSession(page);
  const { nodes } = await devtools.send('Accessibility.getFullAXTree');
  const dialog = nodes.find(({ role }) => role?.value === 'dialog' || role?.value === 'alertdialog');
  return String(dialog?.description?.value ?? '');
}
