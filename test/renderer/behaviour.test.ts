import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import type { ConnectionState } from '../../shared/connection.ts';
import { err } from '../../shared/result.ts';
import { scriptedProfile } from './scripted-program.ts';
import { branch, history, office, profiles, samples, tunnel } from './scripts.ts';
import { focusedButton, windowHost } from './window.ts';

/** What the window does when somebody uses it, with a scripted program behind it. */
const host = windowHost();
const { using } = host;

function prompting(
  asks: 'password' | 'motp-code' | 'motp-pin',
  userName = 'hilary',
): Extract<ConnectionState, { state: 'prompting' }> {
  return { state: 'prompting', prompt: { kind: 'credentials', asks, userName, because: undefined } };
}

test('the first profile is added and connected by keyboard alone', () =>
  using({}, async (page, program) => {
    await page.getByRole('button', { name: 'Add your first profile' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Office');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.type('vpn.example.com:4433');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(program.calls('addProfile')).toMatchObject([
      { profile: { name: 'Office', server: 'vpn.example.com', port: 4433 } },
    ]);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => program.calls('connect')).toHaveLength(1);
  }));

test('a tunnel that carries IPv6 shows that address too', () => {
  const both = { ...tunnel, address6: '2001:db8:240::5' };
  const state = { state: 'connected', since: Date.now(), tunnel: both } as const;
  return using({ profiles, states: [{ profileId: office.id, state }] }, async (page) => {
    await page.getByRole('option', { name: office.name }).click();
    await page.getByText('Virtual IPv6').waitFor();
    expect(await page.getByText(both.address6, { exact: true }).isVisible()).toBe(true);
  });
});

test('a wrong field is said at the field as one types, and Cancel leaves everything as it was', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    await page.keyboard.press('F2');
    await page.getByRole('textbox', { name: 'Port' }).fill('70000');
    await page.getByText('A port is a number from 1 to 65535').waitFor();
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    expect(
      await page.getByRole('textbox', { name: 'Port' }).evaluate((field) => field.matches(':focus')),
    ).toBe(true);
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(program.calls('saveProfile')).toEqual([]);
  }));

test('Esc closes an editor in which nothing was changed, and asks before it takes what was', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    await page.keyboard.press('F2');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });

    await page.keyboard.press('F2');
    await page.keyboard.type('!');
    await page.keyboard.press('Escape');
    await page.getByText('Discard what you changed?').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Discard what you changed?').waitFor({ state: 'detached' });
    expect(await page.getByLabel('Profile Name').inputValue()).toContain('!');
    await page.keyboard.press('Escape');
    await page.getByText('Discard what you changed?').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(program.calls('saveProfile')).toEqual([]);
  }));

test('a program that refuses the first snapshot is not waited for without end', () =>
  using(
    {
      handlers: {
        snapshot: () => Promise.resolve(err({ code: 'internal', detail: 'no such file' })),
      },
    },
    async (page) => {
      await page.getByRole('heading', { name: 'This window could not be filled' }).waitFor();
      expect(await page.getByRole('alert').innerText()).toContain('no such file');
    },
  ));

test('a button that goes leaves the focus to the one in its place, also past a question', () => {
  const failed = { state: 'failed', since: 0, cause: { kind: 'no-network' } } as const;
  return using({ profiles, states: [{ profileId: office.id, state: failed }] }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    await page.getByRole('button', { name: 'Try again' }).focus();
    program.state(office.id, prompting('password'));
    await page.getByRole('dialog').waitFor();
    program.state(office.id, { state: 'connecting', stage: 'resolving', attempt: 1 });
    await expect.poll(() => focusedButton(page)).toBe('Cancel');
    program.state(office.id, { state: 'connected', since: Date.now(), tunnel });
    await expect.poll(() => focusedButton(page)).toBe('Disconnect');
    program.state(office.id, { state: 'disconnecting' });
    await page.getByText('This computer’s network is put back as it was…').waitFor();
    expect(await page.getByRole('button', { name: 'Disconnect' }).isDisabled()).toBe(true);
    program.state(office.id, { state: 'disconnected' });
    await expect.poll(() => focusedButton(page)).toBe('Connect');
  });
});

test('in a narrow window the focus goes along, to the profile and back', async () => {
  const { page } = await host.open({ profiles }, { width: 390, height: 780 });
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Enter');
  await expect.poll(() => focusedButton(page)).toBe('Profiles');
  await page.keyboard.press('Enter');
  await expect.poll(() => page.locator(':focus').getAttribute('role')).toBe('listbox');
  await page.context().close();
});

test('Enter that is held answers no question that it brought', () =>
  using({ profiles }, async (page, program) => {
    const dialog = page.getByRole('dialog');
    await page.getByRole('button', { name: 'Delete' }).focus();
    await page.keyboard.down('Enter');
    await dialog.waitFor();
    expect(await focusedButton(page)).toBe('Delete');
    await page.keyboard.down('Enter');
    await page.keyboard.up('Enter');
    // The window handles one key after the other: what the held one did would be here by now.
    await page.keyboard.press('Shift+Tab');
    await expect.poll(() => focusedButton(page)).toBe('Cancel');
    expect(program.calls('removeProfile')).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => program.calls('removeProfile')).toHaveLength(1);
  }));

test('a name that is taken is refused in words and nothing typed is lost', () =>
  using(
    {
      profiles,
      handlers: {
        addProfile: () =>
          Promise.resolve(err({ code: 'not-saved', problem: { kind: 'name-taken', name: 'Lab' } })),
      },
    },
    async (page) => {
      await page.getByRole('button', { name: 'Add', exact: true }).click();
      await page.getByLabel('Profile Name').fill('Lab');
      await page.getByLabel('Server IP or Hostname', { exact: true }).fill('lab.example');
      await page.keyboard.press('Enter');
      await page.getByText('There is already a profile called “Lab”').waitFor();
      expect(await page.getByLabel('Server IP or Hostname', { exact: true }).inputValue()).toBe(
        'lab.example',
      );
    },
  ));

test('a one-time password: lower-cased, refused when it is none, sent once, not offered again', () =>
  using({ profiles }, async (page, program) => {
    program.state(office.id, prompting('motp-code'));
    const box = page.getByLabel('Password', { exact: true });
    await box.fill('7BG');
    await page.getByText('Only the digits 0 to 9 and the letters a to f').waitFor();
    await page.keyboard.press('Enter');
    await box.fill('7BE62F');
    expect(await box.inputValue()).toBe('7be62f');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect
      .poll(() => program.calls('submitCredentials'))
      .toEqual([{ profileId: office.id, userName: 'hilary', secret: '7be62f' }]);
    program.state(office.id, {
      state: 'prompting',
      prompt: {
        kind: 'credentials',
        asks: 'motp-code',
        userName: 'hilary',
        because: { kind: 'code-refused', code: 'motp', clockDifferenceSeconds: undefined },
      },
    });
    await page.getByText('One-time password refused').first().waitFor();
    expect(await box.inputValue()).toBe('');
    expect(await page.content()).not.toContain('7be62f');
  }));

test('a generated secret is shown until OK, saved with the profile, and never comes back', () =>
  using({ profiles: [office] }, async (page, program) => {
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByRole('button', { name: 'Generate' }).click();
    const secret = await page.getByLabel('Secret', { exact: true }).inputValue();
    expect(secret).toMatch(/^[0-9a-f]{32}$/);
    await page.getByRole('button', { name: 'OK', exact: true }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(program.calls('saveProfile')).toMatchObject([
      { secrets: { motpSecret: { change: 'set', value: secret } } },
    ]);
    await page.getByRole('button', { name: 'Edit', exact: true }).click();
    await page.getByText('A secret is kept').waitFor();
    expect(await page.getByLabel('Secret', { exact: true }).inputValue()).toBe('');
  }));

test('a profile that was deleted comes back by Undo', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: branch.name }).click();
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: branch.name }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: branch.name }).waitFor();
    await expect.poll(() => page.locator(':focus').getAttribute('role')).toBe('listbox');
    expect(program.calls('undoRemoveProfile')).toEqual([{ profileId: branch.id }]);
  }));

test('a file that holds no profiles says so and imports nothing', () =>
  using({ profiles }, async (page) => {
    const file = page.locator('input[type=file]').first();
    await file.setInputFiles({
      name: 'x.json',
      mimeType: 'application/json',
      buffer: Buffer.from('{"a":1}'),
    });
    await page.getByText('There are no profiles in this file. Nothing was imported.').waitFor();
    await file.setInputFiles({ name: 'y.json', mimeType: 'text/plain', buffer: Buffer.from('\u0000') });
    await page.getByText('This is not a profile file. Nothing was imported.').waitFor();
    expect(await page.getByRole('option').count()).toBe(3);
  }));

test('what cannot be read of a file is said in the window’s language, by the editor’s names for its fields', () =>
  using({ profiles, settings: { language: 'de' } }, async (page) => {
    const file = (...entries: readonly unknown[]) => ({
      name: 'x.json',
      mimeType: 'application/json',
      buffer: Buffer.from(JSON.stringify({ format: 'smart-vpn-profiles', version: 1, profiles: entries })),
    });
    const chooser = page.locator('input[type=file]').first();
    await chooser.setInputFiles(
      file(
        { name: 'Gut', server: 'a.example' },
        { name: 'Ohne Server' },
        { name: 'Port', server: 'b.example', port: 99_999 },
        { server: 'c.example' },
        { name: 'Netz', server: 'd.example', advanced: { routes: ['1.2.3.4/99'] } },
        7,
      ),
    );
    await page.getByText('Ein Profil wurde importiert, 5 waren nicht lesbar:').waitFor();
    expect(await page.locator('.notice li').allTextContents()).toEqual([
      '„Ohne Server“, Server-IP oder Rechnername: fehlt oder ist nicht brauchbar',
      '„Port“, Port: Ein Port ist eine Zahl von 1 bis 65535',
      'Profil 4, Profilname: fehlt oder ist nicht brauchbar',
      '„Netz“, Weitere Netze: Das ist kein Netz wie 10.0.0.0/8',
      'Profil 6: fehlt oder ist nicht brauchbar',
    ]);
    await chooser.setInputFiles(file({ name: 'Ohne Server' }));
    await page.getByText('Es wurde nichts importiert, ein Profil war nicht lesbar:').waitFor();
    expect(await page.locator('.notice li').count()).toBe(1);
  }));

test('ten thousand profiles: few rows in the page, found at once, the last one by a key', () =>
  using(
    {
      profiles: Array.from({ length: 10_000 }, (_, index) =>
        scriptedProfile(index, { name: `Office ${index}`, server: `o${index}.example.com` }),
      ),
    },
    async (page, program) => {
      expect(await page.getByRole('option').count()).toBeLessThan(60);
      await page.getByRole('listbox').focus();
      await page.keyboard.press('End');
      await page.getByRole('option', { name: 'Office 9999', selected: true }).waitFor();
      await page.getByLabel('Search profiles').fill('4711');
      await page.getByRole('option', { name: 'Office 4711' }).waitFor();
      expect(await page.getByRole('option').count()).toBe(1);
      await page.getByText('1 of 10000 profiles').waitFor();
      await page.getByRole('button', { name: 'Settings' }).click();
      const start = page.getByLabel('Connect on start', { exact: true });
      expect(await start.getByRole('option').count()).toBe(101);
      await page.getByLabel('Find the profile to connect on start').fill('office 8123');
      await start.selectOption('Office 8123');
      await expect
        .poll(() => program.calls('changeSettings'))
        .toMatchObject([{ connectOnStart: expect.stringMatching(/8123$/) }]);
    },
  ));

test('a profile that is added is seen in the list, whatever was searched before', () => {
  const many = Array.from({ length: 9 }, (_, index) =>
    scriptedProfile(index, { name: `Branch ${index}`, server: 'vpn.example.com' }),
  );
  return using({ profiles: many }, async (page) => {
    await page.getByLabel('Search profiles').fill('Branch 7');
    await page.getByRole('option', { name: 'Branch 1' }).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByLabel('Profile Name').fill('Lab');
    await page.getByLabel('Server IP or Hostname', { exact: true }).fill('lab.example');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Lab', selected: true }).waitFor();
    expect(await page.getByLabel('Search profiles').inputValue()).toBe('');
  });
});

test('letters typed in the list lead to the profile whose name begins so', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('listbox').focus();
    await page.getByRole('option', { name: branch.name, selected: true }).waitFor();
    await page.keyboard.type('head o');
    await page.getByRole('option', { name: office.name, selected: true }).waitFor();
    // With a modifier they are somebody else's.
    await page.keyboard.press('Alt+b');
    await page.keyboard.press('Enter');
    await expect.poll(() => program.calls('connect')).toMatchObject([{ profileId: office.id }]);
  }));

test('statistics stop when the window is hidden and go on when it is shown', () =>
  using(
    {
      profiles,
      states: [{ profileId: office.id, state: { state: 'connected', since: Date.now(), tunnel } }],
      samples: samples(Date.now(), 5),
    },
    async (page, program) => {
      await expect.poll(() => program.calls('watchStatistics').length).toBe(1);
      await setHidden(page, true);
      await expect.poll(() => program.calls('unwatchStatistics').length).toBe(1);
      await setHidden(page, false);
      await expect.poll(() => program.calls('watchStatistics').length).toBe(2);
    },
  ));

test('a flood of statistics makes at most one picture per frame, and each click in it is handled', () =>
  using(
    {
      profiles,
      states: [{ profileId: office.id, state: { state: 'connected', since: Date.now(), tunnel } }],
      samples: samples(Date.now(), 300),
    },
    async (page) => {
      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.locator('.uplot').waitFor();
      const [sample] = samples(Date.now(), 1);
      const payload = JSON.stringify({ profileId: office.id, sample });
      // All in the page, so that no clock and no driver decides how much comes between two frames.
      await page.evaluate(`{
        const { clearRect } = CanvasRenderingContext2D.prototype;
        window.pictures = 0;
        CanvasRenderingContext2D.prototype.clearRect = function (...words) {
          window.pictures += 1;
          return clearRect.apply(this, words);
        };
        window.flood = () => { for (let n = 0; n < 20; n += 1) scriptedNotify('statistics', ${payload}); };
        window.frame = () => new Promise(requestAnimationFrame);
      }`);
      const pictures = await page.evaluate(`(async () => {
        await frame();
        window.pictures = 0;
        for (let n = 0; n < 30; n += 1) { flood(); await frame(); }
        return window.pictures;
      })()`);
      expect(pictures).toBeGreaterThan(10);
      expect(pictures).toBeLessThanOrEqual(30);
      const unhandled = await page.evaluate(`(async () => {
        const unhandled = [];
        for (let n = 0; n < 30; n += 1) {
          flood();
          const tab = document.querySelectorAll('[role=tab]')[n % 2];
          tab.click();
          flood();
          await frame();
          if (tab.getAttribute('aria-selected') !== 'true') unhandled.push(n);
        }
        return unhandled;
      })()`);
      expect(unhandled).toEqual([]);
    },
  ));

test('screen readers hear that a connection is being made and how that went, once each, and not every stage', () =>
  using({ profiles }, async (page, program) => {
    const spoken = page.locator('p.unseen[role=status]');
    await page.evaluate(`{
      const region = document.querySelector('p.unseen[role=status]');
      window.heard = [];
      new MutationObserver(() => heard.push(region.textContent)).observe(region, {
        characterData: true, childList: true, subtree: true,
      });
    }`);
    for (const stage of ['resolving', 'securing', 'signing-in', 'configuring'] as const) {
      program.state(office.id, { state: 'connecting', stage, attempt: 1 });
    }
    program.state(office.id, { state: 'connected', since: Date.now(), tunnel });
    await spoken.getByText('Connected').waitFor({ state: 'attached' });
    program.state(office.id, { state: 'failed', since: Date.now(), cause: { kind: 'no-network' } });
    await spoken.getByText('No network').waitFor({ state: 'attached' });
    expect(await page.evaluate('window.heard')).toEqual([
      'Head office: Connecting',
      `Head office: Connected, address ${tunnel.address}`,
      'Head office: No network. This computer is not connected to any network. Join a Wi-Fi network or plug in the cable, then try again.',
    ]);
    expect(await page.getByRole('alert').count()).toBe(0);
  }));

test('each failure has a button that does what is to be done', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    program.state(office.id, {
      state: 'failed',
      since: 0,
      cause: { kind: 'device-not-permitted', missing: 'privilege' },
    });
    await page.getByRole('button', { name: 'Test connection' }).click();
    await expect.poll(() => program.calls('connect')).toEqual([{ profileId: office.id, purpose: 'test' }]);
    program.state(office.id, {
      state: 'failed',
      since: 0,
      cause: { kind: 'name-not-found', host: office.server },
    });
    await page.getByRole('button', { name: 'Edit profile' }).click();
    await page.getByRole('dialog').waitFor();
  }));

test('the history is cleared only after a second yes', () =>
  using({ profiles, history }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    await page.getByRole('tab', { name: 'Statistics' }).click();
    await page.getByRole('button', { name: 'Clear history' }).click();
    await page.keyboard.press('Enter');
    expect(await page.locator(':focus').textContent()).toBe('Clear history');
    expect(program.calls('clearHistory')).toEqual([]);
    await page.getByRole('button', { name: 'Clear history' }).click();
    await page.getByRole('button', { name: 'Clear', exact: true }).click();
    await page.getByText('No sessions yet.').waitFor();
    expect(program.calls('clearHistory')).toEqual([{ profileId: office.id }]);
  }));

test('waiting to reconnect can be cut short', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    const because = { kind: 'link-lost', reason: 'ECONNRESET' } as const;
    program.state(office.id, { state: 'waiting', attempt: 3, retryAt: Date.now() + 60_000, because });
    await page.getByRole('button', { name: 'Connect now' }).click();
    await expect.poll(() => program.calls('retryNow')).toEqual([{ profileId: office.id }]);
    program.state(office.id, { state: 'connecting', stage: 'connecting', attempt: 3 });
    await page.getByRole('button', { name: 'Connect now' }).waitFor({ state: 'detached' });
  }));

test('traffic that is blocked is said in words, beside the button that ends it, and in the question too', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    const because = { kind: 'link-lost', reason: 'ECONNRESET' } as const;
    const waiting = { state: 'waiting', attempt: 3, retryAt: Date.now() + 60_000, because } as const;
    program.state(office.id, { ...waiting, traffic: 'blocked' });
    await page.getByText('Traffic is blocked until the tunnel is back').waitFor();
    program.state(office.id, { ...prompting('motp-code'), traffic: 'blocked' });
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Traffic is blocked until the tunnel is back').waitFor();
    await dialog.getByRole('button', { name: 'Disconnect' }).waitFor();
    program.state(office.id, { ...waiting, traffic: 'blocked' });
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await expect.poll(() => program.calls('disconnect')).toEqual([{ profileId: office.id }]);
    program.state(office.id, waiting);
    await page.getByText('Traffic is blocked until the tunnel is back').waitFor({ state: 'detached' });
  }));

test('a failure that leaves traffic blocked says so, and offers both ways out', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    const failed = {
      state: 'failed',
      since: 0,
      cause: { kind: 'locked-out', retryAfterSeconds: undefined },
    } as const;
    program.state(office.id, { ...failed, traffic: 'blocked' });
    await page.getByText('Traffic is blocked until the tunnel is back').waitFor();
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await expect.poll(() => program.calls('connect')).toHaveLength(1);
    await page.getByRole('button', { name: 'Disconnect' }).click();
    await expect.poll(() => program.calls('disconnect')).toEqual([{ profileId: office.id }]);
    program.state(office.id, failed);
    await page.getByText('Traffic is blocked until the tunnel is back').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Disconnect' }).waitFor({ state: 'detached' });
  }));

test('when it cannot be found out whether another program is connected, that is said', () =>
  using(
    {
      profiles,
      handlers: {
        connect: () =>
          Promise.resolve(err({ code: 'claim-unavailable', reason: 'other-version', detail: 'in English' })),
      },
    },
    async (page) => {
      await page.getByRole('option', { name: office.name }).dblclick();
      await page.getByText('Another version of this program holds a connection.').waitFor();
      expect(await page.getByText('in English').count()).toBe(0);
    },
  ));

test('theme and language follow the settings at once', () =>
  using({ profiles }, async (page) => {
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('Theme').selectOption('dark');
    await expect
      .poll(() => page.evaluate('getComputedStyle(document.body).backgroundColor'))
      .toBe('rgb(22, 24, 29)');
    await page.getByLabel('Language').selectOption('de');
    await page.getByRole('heading', { name: 'Einstellungen' }).waitFor();
    expect(await page.evaluate('document.documentElement.lang')).toBe('de');
  }));

async function setHidden(page: Page, isHidden: boolean): Promise<void> {
  await page.evaluate(`
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => ${isHidden} });
    document.dispatchEvent(new Event('visibilitychange'));
  `);
}
