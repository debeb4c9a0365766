import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { StandingProblem } from '../../shared/contract/snapshot-schema.ts';
import { err, ok } from '../../shared/result.ts';
import { scriptedProfile } from './scripted-program.ts';
import { branch, history, lab, log, office, profiles, samples, tunnel } from './scripts.ts';
import { focusedButton, windowHost } from './window.ts';

/** Where a window leaves somebody alone: views without a way back, messages in the way, words that no longer hold. */
const host = windowHost();
const { using } = host;

describe('log and settings', () => {
  test('are left by pressing their button once more, also when there is no profile to go to', () =>
    using({}, async (page) => {
      const settings = page.getByRole('button', { name: 'Settings' });
      await settings.click();
      await page.getByRole('heading', { name: 'Settings' }).waitFor();
      expect(await settings.getAttribute('aria-pressed')).toBe('true');
      await settings.click();
      await page.getByRole('heading', { name: 'Connect to your office' }).waitFor();
      expect(await settings.getAttribute('aria-pressed')).toBe('false');
    }));

  test('give way to the profile that Enter in the list dials', () =>
    using({ profiles }, async (page, program) => {
      await page.getByRole('button', { name: 'Log', exact: true }).click();
      await page.getByRole('listbox').focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => program.calls('connect')).toHaveLength(1);
      await page.getByRole('tab', { name: 'Status', selected: true }).waitFor();
    }));

  test('offer in a browser nothing that only the desktop program does', () =>
    using({ profiles, platform: { shell: 'browser', hasTray: false } }, async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      const can = (label: string) => page.getByLabel(label).isEnabled();
      expect(await can('Show notifications')).toBe(false);
      expect(await can('Start minimised')).toBe(false);
      expect(await can('Reconnect by itself')).toBe(true);
    }));

  test('offer to start minimised on a desktop without a tray: it lies in the task bar then', () =>
    using({ profiles, platform: { hasTray: false } }, async (page) => {
      await page.getByRole('button', { name: 'Settings' }).click();
      expect(await page.getByLabel('Start minimised').isEnabled()).toBe(true);
      expect(await page.getByLabel('Minimise to the tray on connect').isEnabled()).toBe(false);
    }));
});

describe('messages', () => {
  const refused = Array.from({ length: 5 }, (_none, index) => ({
    index,
    name: `Branch ${index} ${'with a name that goes on '.repeat(6)}`,
    issue: { path: ['server'], code: 'custom', message: 'No server' },
  }));
  const damaged: StandingProblem[] = Array.from({ length: 9 }, (_none, index) => ({
    id: 10 + index,
    problem: {
      source: 'store',
      problem: { kind: 'disk-full', path: `/home/hilary/.config/smart-vpn-client/file-${index}.json` },
    },
  }));

  test.each([
    { name: 'wide', width: 1000, height: 700 },
    { name: 'narrow', width: 390, height: 780 },
    { name: 'enlarged', width: 500, height: 350 },
  ])(
    'stand over nothing, and however long they are, they can be put away: $name',
    async ({ width, height }) => {
      const script = {
        profiles,
        handlers: { importProfiles: () => Promise.resolve(ok({ added: [office], refused })) },
      };
      const { page } = await host.open(script, { width, height });
      await page
        .locator('input[type=file]')
        .first()
        .setInputFiles({
          name: 'x.json',
          mimeType: 'application/json',
          buffer: Buffer.from('{}'),
        });
      await page.getByText('One profile was imported, 5 could not be read:').waitFor();
      const notice = await boxOf(page, '.notice');
      expect(notice.bottom).toBeLessThanOrEqual(height);
      expect(notice.top).toBeGreaterThan(height / 3);
      for (const under of ['.profile-list', '.pane-foot', '.detail-pane']) {
        const box = await boxOf(page, under);
        const isApart =
          box.bottom <= notice.top + 1 || box.top >= notice.bottom - 1 || box.right <= notice.left + 1;
        expect({ under, isApart }).toEqual({ under, isApart: true });
      }
      await page.getByRole('button', { name: 'Dismiss' }).click();
      await page.locator('.notice').waitFor({ state: 'detached' });
      await page.context().close();
    },
  );

  test('many banners leave room for what they are about, and each leaves the focus to the next', () => {
    const dismissProblem = () => Promise.resolve(ok({}));
    return using({ profiles, problems: damaged, handlers: { dismissProblem } }, async (page, program) => {
      const frame = await boxOf(page, '.frame');
      expect(frame.bottom - frame.top).toBeGreaterThan(350);
      const dismiss = page.getByRole('button', { name: 'Dismiss' });
      await page.getByRole('listbox').focus();
      await dismiss.last().focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => program.calls('dismissProblem')).toEqual([{ id: 18 }]);
      program.notify('problems', { problems: damaged.slice(0, 1) });
      await expect.poll(() => dismiss.count()).toBe(1);
      await expect.poll(() => page.locator(':focus').getAttribute('aria-label')).toBe('Dismiss');
      program.notify('problems', { problems: [] });
      await expect.poll(() => page.locator(':focus').getAttribute('role')).toBe('listbox');
    });
  });
});

describe('a status card with little room beside the list', () => {
  const because = { kind: 'link-lost', reason: 'ECONNRESET' } as const;
  test.each([640, 700, 760, 820, 900])(
    'puts its buttons below its words, not over them: %d pixels',
    async (width) => {
      const waiting = { state: 'waiting', attempt: 3, retryAt: Date.now() + 60_000, because } as const;
      const states = [{ profileId: office.id, state: waiting }];
      const { page } = await host.open({ profiles, states, settings: { language: 'de' } }, { width });
      const word = await boxOf(page, '.state-word', 'text');
      const buttons = await boxOf(page, '.status-buttons');
      expect(word.right <= buttons.left || word.bottom <= buttons.top).toBe(true);
      const card = await boxOf(page, '.status-card');
      expect(buttons.right).toBeLessThanOrEqual(card.right);
      await page.context().close();
    },
  );
});

test.each([360, 680, 900, 960, 1600])(
  'statistics in %d pixels: the figures leave no hole, and why a session ended is read whole',
  async (width) => {
    const states = [
      { profileId: office.id, state: { state: 'connected', since: Date.now(), tunnel } as const },
    ];
    const settings = { language: 'de' } as const;
    const { page } = await host.open({ profiles, states, history, settings }, { width });
    await page.getByRole('option', { name: office.name }).click();
    await page.getByRole('tab', { name: 'Statistik' }).click();
    await page.getByText('Einmalkennwort abgelehnt').waitFor();
    const [figures, last] = await Promise.all([boxOf(page, '.figures'), boxOf(page, '.figure-pair')]);
    expect(last.right).toBeCloseTo(figures.right, 0);
    const hidden = `(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(document.querySelector('.table-place'))`;
    expect(await page.evaluate(hidden)).toBe(0);
    await page.context().close();
  },
);

describe('the history', () => {
  const script = { profiles, history };
  const toHistory = async (page: Page): Promise<void> => {
    await page.getByRole('option', { name: office.name }).click();
    await page.getByRole('tab', { name: 'Statistics' }).click();
    await page.getByText('Disconnected by you').waitFor();
  };

  test('that is cleared leaves the focus in its place', () =>
    using(script, async (page) => {
      await toHistory(page);
      await page.getByRole('button', { name: 'Clear history' }).focus();
      await page.keyboard.press('Enter');
      await page.keyboard.press('Shift+Tab');
      expect(await focusedButton(page)).toBe('Clear');
      await page.keyboard.press('Enter');
      await page.getByText('No sessions yet.').waitFor();
      expect(await page.locator(':focus').getByText('No sessions yet.').count()).toBe(1);
    }));

  test('that another window clears is gone in this one', () =>
    using(script, async (page, program) => {
      await toHistory(page);
      program.notify('historyCleared', { profileId: branch.id });
      program.notify('historyCleared', { profileId: office.id });
      await page.getByText('No sessions yet.').waitFor();
      expect(await page.getByRole('button', { name: 'Clear history' }).count()).toBe(0);
    }));

  test('that cannot be cleared says so, and stays', () => {
    const problem = { kind: 'read-only', path: '/home/hilary/history.json' } as const;
    const clearHistory = () => Promise.resolve(err({ code: 'not-saved', problem } as const));
    return using({ ...script, handlers: { clearHistory } }, async (page) => {
      await toHistory(page);
      await page.getByRole('button', { name: 'Clear history' }).click();
      await page.getByRole('button', { name: 'Clear', exact: true }).click();
      await page.getByText('Not saved, because the disk can only be read').waitFor();
      expect(await page.getByText('Disconnected by you').count()).toBe(1);
    });
  });

  test('that cannot be read is not called empty', () => {
    const unread = () => Promise.resolve(err({ code: 'internal', detail: 'no such file' } as const));
    return using({ profiles, handlers: { history: unread } }, async (page) => {
      await page.getByRole('option', { name: office.name }).click();
      await page.getByRole('tab', { name: 'Statistics' }).click();
      await page.getByText('no such file').waitFor();
      expect(await page.getByText('No sessions yet.').count()).toBe(0);
    });
  });
});

describe('Copy', () => {
  test('says that it has copied, until there is something else to copy', () =>
    using({ profiles: [office] }, async (page) => {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByRole('button', { name: 'Generate' }).click();
      await page.getByRole('button', { name: 'Copy' }).click();
      await page.getByRole('button', { name: 'Copied' }).waitFor();
      const secret = page.getByLabel('Secret', { exact: true });
      expect(await page.evaluate('navigator.clipboard.readText()')).toBe(await secret.inputValue());
      await secret.fill('0123456789abcdef');
      await page.getByRole('button', { name: 'Copy' }).waitFor();
    }));

  test('says when it was refused', () =>
    using({ profiles, log }, async (page) => {
      await page.evaluate(`navigator.clipboard.writeText = () => Promise.reject(new Error('denied'))`);
      await page.getByRole('button', { name: 'Log', exact: true }).click();
      await page.getByRole('button', { name: 'Copy lines' }).click();
      await page.getByRole('button', { name: 'Not copied' }).waitFor();
      await page.getByLabel('Level').selectOption('Errors');
      await expect.poll(() => page.getByRole('button', { name: 'Copy lines' }).count()).toBe(1);
    }));
});

describe('in the editor', () => {
  test('a wrong field that was folded away is unfolded and gone to', () =>
    using({ profiles: [office] }, async (page) => {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByText('Advanced Options').click();
      const mru = page.getByLabel('MRU (bytes)');
      await mru.fill('9');
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await page.getByText('One field needs another look.').waitFor();
      await page.getByText('Advanced Options').click();
      await mru.waitFor({ state: 'hidden' });
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      await expect.poll(() => mru.evaluate((field) => field.matches(':focus'))).toBe(true);
    }));

  test('a refusal that belongs to no field is said all the same', () => {
    const issues = [{ path: ['secrets', 'password'], code: 'custom', message: 'No.' }];
    const saveProfile = () => Promise.resolve(err({ code: 'invalid-request', issues } as const));
    return using({ profiles: [office], handlers: { saveProfile } }, async (page) => {
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      await page.getByRole('button', { name: 'OK', exact: true }).click();
      const alert = page.getByRole('dialog').getByRole('alert');
      expect(await alert.innerText()).toBe('Something in what you entered cannot be used.');
    });
  });

  test('one learns that another profile asks something, which it does afterwards', () =>
    using({ profiles }, async (page, program) => {
      await page.getByRole('option', { name: lab.name }).click();
      await page.getByRole('button', { name: 'Edit', exact: true }).click();
      const prompt = {
        kind: 'credentials',
        asks: 'password',
        userName: 'hilary',
        because: undefined,
      } as const;
      program.state(office.id, { state: 'prompting', prompt });
      const dialog = page.getByRole('dialog');
      await dialog.getByText(`“${office.name}” waits for an answer from you`).waitFor();
      expect(await dialog.getByRole('heading').first().innerText()).toBe('Edit profile');
      await page.getByRole('button', { name: 'Cancel' }).click();
      await dialog.getByText('Password needed for hilary').waitFor();
    }));
});

test('what cannot be done with a profile that was deleted elsewhere is said without its id', () => {
  const problem = { kind: 'no-such-profile', id: office.id } as const;
  const removeProfile = () => Promise.resolve(err({ code: 'not-saved', problem } as const));
  return using({ profiles, handlers: { removeProfile } }, async (page) => {
    await page.getByRole('option', { name: office.name }).click();
    await page.keyboard.press('Delete');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('This profile is no longer there').waitFor();
    expect(await page.getByText(office.id).count()).toBe(0);
  });
});

test('the tray says in the window why it did not dial', () =>
  using({ profiles }, async (page, program) => {
    const why = { code: 'already-connected', profileName: office.name, elsewhere: false } as const;
    program.notify('show', { view: 'status', profileId: branch.id, why });
    await page.getByRole('option', { name: branch.name, selected: true }).waitFor();
    expect(await page.locator('.notice').innerText()).toBe(
      `“${office.name}” is connected. Disconnect it first.`,
    );
  }));

test('the title says what the program does, for a tab that nobody looks at', () =>
  using({ profiles }, async (page, program) => {
    expect(await page.title()).toBe('Smart VPN Client');
    const prompt = { kind: 'credentials', asks: 'password', userName: '', because: undefined } as const;
    program.state(office.id, { state: 'prompting', prompt });
    await expect.poll(() => page.title()).toBe(`Waiting for you: ${office.name} – Smart VPN Client`);
    program.state(office.id, { state: 'connected', since: Date.now(), tunnel });
    await expect.poll(() => page.title()).toBe(`Connected: ${office.name} – Smart VPN Client`);
    program.state(office.id, { state: 'disconnected' });
    await expect.poll(() => page.title()).toBe('Smart VPN Client');
  }));

test('a test that has succeeded says at once that no traffic goes through it', () => {
  const tested = { ...tunnel, interfaceName: undefined };
  const states = [{ profileId: office.id, state: { state: 'connected', since: 0, tunnel: tested } as const }];
  return using({ profiles, states }, async (page) => {
    expect(await page.locator('.state-line').innerText()).toBe(
      'The test succeeded. No traffic goes through this connection.',
    );
  });
});

test('of a lock that nobody knows the end of no button leads to the next try', () =>
  using({ profiles }, async (page, program) => {
    await page.getByRole('option', { name: office.name }).click();
    program.state(office.id, {
      state: 'failed',
      since: 0,
      cause: { kind: 'locked-out', retryAfterSeconds: undefined },
    });
    await page.getByRole('button', { name: 'Try again', exact: true }).waitFor();
    expect(await page.locator('main button.primary').count()).toBe(0);
  }));

test('a fault of the window itself is said, and loading it again is offered', async () => {
  const { page } = await host.open({ profiles, log });
  await page.evaluate(`Date.prototype.toLocaleTimeString = () => { throw new Error('planted fault'); }`);
  await page.getByRole('button', { name: 'Log', exact: true }).click();
  await page.getByRole('heading', { name: 'This window has failed' }).waitFor();
  expect(await page.getByRole('alert').innerText()).toContain('planted fault');
  await page.getByRole('button', { name: 'Load the window again' }).click();
  await page.getByRole('option', { name: office.name }).waitFor();
  await page.context().close();
});

test('from the search a key leads into what it has found', () => {
  const many = Array.from({ length: 9 }, (_none, index) =>
    scriptedProfile(index, { name: `Branch ${index}`, server: 'vpn.example.com' }),
  );
  return using({ profiles: many }, async (page, program) => {
    await page.getByLabel('Search profiles').fill('7');
    await page.getByRole('option', { name: 'Branch 1' }).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowDown');
    await page.getByRole('option', { name: 'Branch 7', selected: true }).waitFor();
    await page.keyboard.press('Enter');
    await expect.poll(() => program.calls('connect')).toMatchObject([{ profileId: many[7]?.id }]);
  });
});

test('a list that gets shorter keeps the selected row in view', () => {
  const many = Array.from({ length: 40 }, (_none, index) =>
    scriptedProfile(index, { name: `Branch ${index}`, server: 'vpn.example.com' }),
  );
  return using({ profiles: many }, async (page) => {
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    await page.getByRole('option', { name: 'Branch 39', selected: true }).waitFor();
    await page.setViewportSize({ width: 1000, height: 380 });
    await expect
      .poll(async () => {
        const [row, list] = await Promise.all([
          boxOf(page, '[role=option][aria-selected=true]'),
          boxOf(page, '.profile-list'),
        ]);
        return row.top >= list.top && row.bottom < list.bottom + 1;
      })
      .toBe(true);
  });
});

test('in a narrow window the focus is on the way back once a profile was added', async () => {
  const { page } = await host.open({ profiles }, { width: 390, height: 780 });
  await page.getByRole('button', { name: 'Add', exact: true }).focus();
  await page.keyboard.press('Enter');
  await page.getByLabel('Profile Name').fill('Annex');
  await page.getByLabel('Server IP or Hostname', { exact: true }).fill('annex.example');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Annex' }).waitFor();
  await expect.poll(() => focusedButton(page)).toBe('Profiles');
  await page.context().close();
});

test('where the system forces its colours, what is selected is still seen', async () => {
  const connected = { state: 'connected', since: Date.now(), tunnel } as const;
  const states = [{ profileId: office.id, state: connected }];
  const { page } = await host.open({ profiles, states, samples: samples(Date.now(), 5) });
  await page.emulateMedia({ forcedColors: 'active' });
  const ground = (selector: string) =>
    page.evaluate(`getComputedStyle(document.querySelector('${selector}')).backgroundColor`);
  const marked = await page.evaluate(`(() => {
    document.body.insertAdjacentHTML('beforeend', '<mark id="marked"></mark>');
    const { style } = document.querySelector('#marked');
    style.background = 'Highlight';
    style.forcedColorAdjust = 'none';
    return getComputedStyle(document.querySelector('#marked')).backgroundColor;
  })()`);
  expect(await ground('[role=option][aria-selected=true]')).toBe(marked);
  expect(await ground('[role=tab][aria-selected=true]')).toBe(marked);
  expect(await ground('[role=tab][aria-selected=false]')).not.toBe(marked);
  await page.context().close();
});

const boxSchema = z.object({ left: z.number(), right: z.number(), top: z.number(), bottom: z.number() });
type Box = z.infer<typeof boxSchema>;

/** In pixels; `text`: of the words in it, not of the room for them. An element that is not shown is a point. */
async function boxOf(page: Page, selector: string, of: 'element' | 'text' = 'element'): Promise<Box> {
  return boxSchema.parse(
    await page.evaluate(`(() => {
      const element = document.querySelector('${selector}');
      const range = document.createRange();
      range.selectNodeContents(element);
      const { left, right, top, bottom } = (${of === 'text'} ? range : element).getBoundingClientRect();
      return { left, right, top, bottom };
    })()`),
  );
}
