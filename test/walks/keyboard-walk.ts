import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ANNA } from './dial-in-users.ts';
import type { VpnWindow } from './vpn-window.ts';
import type { WalkScene, WalkShell } from './walk-scene.ts';

/** More than there are stops in any view: what is not reached by then is not reached at all. */
const MOST_STOPS = 40;

/** Everything that the guide asks for, without a mouse. */
export function keyboardWalk(shell: WalkShell): void {
  describe.skipIf(!shell.isPossible)(`by keyboard alone, in a ${shell.name}`, () => {
    let office: WalkScene;
    beforeAll(async () => {
      office = await shell.open();
    });
    afterAll(() => office.close());

    test('from the first profile to a tunnel and back', async () => {
      const window = await office.openWindow(`${shell.name}-keyboard`);
      const { page } = window;
      const { keyboard } = page;

      await tabTo(page, 'Add your first profile');
      await window.picture('focus');
      await keyboard.press('Enter');
      await window.dialog.waitFor();
      await keyboard.press('Escape');
      await window.dialog.waitFor({ state: 'detached' });
      // The focus is back where it was.
      expect(await focused(page)).toContain('Add your first profile');
      await keyboard.press('Enter');

      expect(await focused(page)).toContain('Profile Name');
      await keyboard.type('Office');
      await tabTo(page, 'Server IP or Hostname');
      await keyboard.type(`${office.server}:${office.port}`);
      await tabTo(page, 'Authentication Type');
      await keyboard.press('ArrowDown');
      await tabTo(page, 'User Name');
      await keyboard.type(ANNA.userName);
      await keyboard.press('Enter');
      await window.profile('Office').waitFor();

      await tabTo(page, 'Profiles', 'listbox');
      await window.picture('list');
      await keyboard.press('Enter');
      await connectByTest(window);
      await window.dialog.getByText('One-time password needed').waitFor();
      expect(await focused(page)).toContain('Password');
      await keyboard.type(office.tokens.code());
      await keyboard.press('Enter');
      await window.dialog.getByText('Is this your router?').waitFor();
      await window.picture('certificate');
      // One Enter more than was needed answers nothing.
      await keyboard.press('Enter');
      await tabTo(page, 'Trust this router');
      await keyboard.press('Enter');
      await window.state('Connected');

      await tabTo(page, 'Status', 'tab');
      await keyboard.press('ArrowRight');
      await page.getByText('Rates of the last five minutes').waitFor();
      await window.picture('statistics');
      await keyboard.press('ArrowLeft');
      await tabTo(page, 'Disconnect');
      await keyboard.press('Space');
      await window.state('Disconnected');

      await tabTo(page, 'Profiles', 'listbox');
      await keyboard.press('F2');
      await window.dialog.getByText('Edit profile').waitFor();
      await keyboard.press('Escape');
      await keyboard.press('Delete');
      await window.dialog.getByText('Delete “Office”?').waitFor();
      await keyboard.press('Enter');
      await page.getByText('“Office” was deleted.').waitFor();
      await tabTo(page, 'Undo');
      await keyboard.press('Enter');
      await window.profile('Office').waitFor();
      expect(window.complaints).toEqual([]);
      await window.close();
    });

    /** Where no device can be had, what "Connect" ends in then is answered by keyboard too. */
    async function connectByTest(window: VpnWindow): Promise<void> {
      if (office.hosts !== undefined) return;
      await window.failure('Not permitted on this computer');
      await tabTo(window.page, 'Test connection');
      await window.page.keyboard.press('Enter');
    }
  });
}

/** Name and role of what has the focus, and whether that can be seen. */
async function focused(page: Page): Promise<string> {
  return page.locator(':focus').ariaSnapshot();
}

/** Presses Tab until what has that name, and role, has the focus; it must be seen that it has. */
async function tabTo(page: Page, name: string, role = ''): Promise<void> {
  const seen: string[] = [];
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press('Tab');
    if ((await page.locator(':focus').count()) === 0) continue;
    const now = (await focused(page)).split('\n', 1)[0] ?? '';
    seen.push(now);
    if (!now.includes(`"${name}"`) || !now.includes(role)) continue;
    if (!(await hasRing(page))) throw new Error(`${now} has the focus and does not show it`);
    return;
  }
  throw new Error(`Tab does not reach ${name}, but:\n${seen.join('\n')}`);
}

async function hasRing(page: Page): Promise<boolean> {
  const style = await page.evaluate(`(() => {
    const { outlineStyle, boxShadow } = getComputedStyle(document.activeElement);
    return [outlineStyle, boxShadow].join();
  })()`);
  return style !== 'none,none';
}
