import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { ConnectionState } from '../../shared/connection.ts';
import type { Script } from './scripted-program.ts';
import { branch, certificate, lab, office, profiles, tunnel } from './scripts.ts';
import { focusedButton, windowHost } from './window.ts';

/** What is pressed too soon or thought better of: nothing is trusted, dialled, left behind or forgotten by it. */
const { using } = windowHost();

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
      // What it waits for is in sight, also where the certificate has to be scrolled.
      await page.setViewportSize({ width: 700, height: 420 });
      const yes = page.getByLabel('My administrator confirmed');
      const [box, button] = await Promise.all([yes.boundingBox(), trust.boundingBox()]);
      expect(Math.abs((box?.y ?? 0) - (button?.y ?? 0))).toBeLessThan(60);
      await yes.check();
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

describe('while the router locks out', () => {
  const lockedOut = (retryAfterSeconds: number): ConnectionState => ({
    state: 'failed',
    since: Date.now(),
    cause: { kind: 'locked-out', retryAfterSeconds },
  });
  const lockedOffice = (seconds: number): Script => ({
    profiles,
    states: [{ profileId: office.id, state: lockedOut(seconds) }],
  });

  test('the wait goes on while one looks elsewhere, and screen readers are not told each second of it', () =>
    using(lockedOffice(1730), async (page) => {
      await page.getByRole('option', { name: office.name }).click();
      const wait = page.getByRole('button', { name: 'Try again in' });
      await expect.poll(() => wait.textContent()).not.toContain('28 minutes 50 seconds');
      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.getByRole('tab', { name: 'Status' }).click();
      expect(await wait.textContent()).not.toContain('28 minutes 50 seconds');
      const spoken = page.locator('[role=alert], [role=status], [aria-live]').filter({ has: wait });
      expect(await spoken.count()).toBe(0);
      // A sentence beside the button would stand still.
      expect(await page.locator('main').getByText('28 minutes 50 seconds').count()).toBe(0);
    }));

  test('neither a double click nor Enter in the list dials, and it is said what does', () =>
    using(lockedOffice(1730), async (page, program) => {
      const said = page.getByText('was not dialled: the router has locked you out');
      await page.getByRole('option', { name: office.name }).dblclick();
      await said.waitFor();
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Enter');
      await said.waitFor();
      await page.getByRole('button', { name: 'Try again in' }).waitFor();
      expect(program.calls('connect')).toEqual([]);
      await page.getByRole('button', { name: 'Connect anyway' }).click();
      await expect.poll(() => program.calls('connect')).toEqual([{ profileId: office.id, purpose: 'use' }]);
      program.state(office.id, { state: 'connecting', stage: 'connecting', attempt: 1 });
      await said.waitFor({ state: 'detached' });
    }));

  test('the button that tries it nonetheless says so, until the wait is over', () =>
    using({ profiles }, async (page, program) => {
      await page.clock.install();
      await page.getByRole('option', { name: office.name }).click();
      program.state(office.id, lockedOut(90));
      await page.getByRole('button', { name: 'Connect anyway' }).waitFor();
      expect(await page.getByRole('button', { name: 'Connect', exact: true }).count()).toBe(0);
      await page.clock.runFor(91_000);
      await page.getByRole('button', { name: 'Connect', exact: true }).waitFor();
      expect(await page.getByRole('button', { name: 'Try again', exact: true }).isEnabled()).toBe(true);
      await page.getByRole('option', { name: office.name }).dblclick();
      await expect.poll(() => program.calls('connect')).toHaveLength(1);
    }));

  test('other profiles are dialled as ever', () =>
    using(lockedOffice(1730), async (page, program) => {
      await page.getByRole('option', { name: branch.name }).dblclick();
      await expect.poll(() => program.calls('connect')).toEqual([{ profileId: branch.id, purpose: 'use' }]);
    }));
});

const TRUSTED = {
  ...branch,
  trustedCertificate: { publicKeySha256: certificate.publicKeySha256, trustedAt: '2026-03-01T08:00:00.000Z' },
};

describe('Duplicate', () => {
  test('and Cancel leave nothing behind', () =>
    using({ profiles }, async (page, program) => {
      await page.getByRole('option', { name: lab.name }).click();
      const before = program.heard.length;
      await page.getByRole('button', { name: 'Duplicate' }).click();
      expect(await page.getByLabel('Profile Name').inputValue()).toBe('Lab (copy)');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(program.heard.length).toBe(before);
      await page.getByRole('option', { name: lab.name, selected: true }).waitFor();
      expect(await page.getByRole('option').count()).toBe(profiles.length);
    }));

  test('and OK make a profile like it, under a name that is free, with the same trust', () =>
    using({ profiles: [TRUSTED, { ...lab, name: `${branch.name} (copy)` }] }, async (page, program) => {
      await page.getByRole('option', { name: branch.name }).first().click();
      await page.getByRole('button', { name: 'Duplicate' }).click();
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await page.getByRole('option', { name: `${branch.name} (copy) (2)`, selected: true }).waitFor();
      expect(program.calls('addProfile')).toMatchObject([
        { profile: { server: branch.server, port: branch.port }, trustOf: branch.id },
      ]);
    }));
});

test('of profiles deleted one after the other each comes back, the last one first', () =>
  using({ profiles }, async (page) => {
    for (const { name } of [office, branch]) {
      await page.getByRole('option', { name }).click();
      await page.keyboard.press('Delete');
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await page.getByRole('option', { name }).waitFor({ state: 'detached' });
    }
    await page.getByText('“Branch Hamburg” was deleted, and 1 before it.').waitFor();
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Enter');
    await page.getByText('“Head office” was deleted.').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Undo' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('option').count()).toBe(profiles.length);
  }));

describe('in the editor', () => {
  const kept = { ...TRUSTED, keeps: { password: true, motpSecret: false } };
  const forgetAll = async (page: Page): Promise<void> => {
    await page.getByRole('option', { name: branch.name }).click();
    await page.keyboard.press('F2');
    await page.getByLabel('Forget the kept password').check();
    await page.getByText('Advanced Options').click();
    await page.getByLabel('Forget the trusted certificate').check();
  };

  test('what is to be forgotten is kept after Cancel', () =>
    using({ profiles: [kept] }, async (page, program) => {
      await forgetAll(page);
      const before = program.heard.length;
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(program.heard.length).toBe(before);
      await page.keyboard.press('F2');
      expect(await page.getByLabel('Forget the kept password').isChecked()).toBe(false);
      await page.getByText('Advanced Options').click();
      expect(await page.getByLabel('Forget the trusted certificate').isChecked()).toBe(false);
    }));

  test('and forgotten after OK', () =>
    using({ profiles: [kept] }, async (page, program) => {
      await forgetAll(page);
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(program.calls('saveProfile')).toMatchObject([
        { trust: 'forget', secrets: { password: { change: 'forget' }, motpSecret: { change: 'forget' } } },
      ]);
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByText('Advanced Options').click();
      expect(await page.getByLabel('Forget the trusted certificate').count()).toBe(0);
    }));
});

test('when connected the virtual IP stands once in the status, and the time that it has been up', () => {
  const since = Date.now() - 3_723_000;
  const states = [{ profileId: office.id, state: { state: 'connected', since, tunnel } as const }];
  return using({ profiles, states }, async (page) => {
    await page.getByRole('option', { name: office.name }).click();
    await page
      .locator('.state-line')
      .getByText(/^Uptime 1:02:\d\d$/)
      .waitFor();
    const status = await page.getByRole('tabpanel').innerText();
    expect(status.split(tunnel.address)).toHaveLength(2);
    expect(status.split('Uptime')).toHaveLength(2);
  });
});
