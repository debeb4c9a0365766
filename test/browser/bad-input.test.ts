import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPossible } from '../support/chromium.ts';
import { namespacesPossible } from '../support/namespace.ts';
import { BEN } from '../walks/dial-in-users.ts';
import { Office } from './office.ts';

/** What nobody should do and somebody does: a clear sentence, and nothing lost. */

const PROFILES = 10_000;
/** A PNG's beginning. */
const PICTURE = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');

describe.skipIf(!chromiumPossible())('bad input and bad luck', () => {
  let office: Office;
  beforeAll(async () => {
    office = await Office.open();
  });
  afterAll(() => office.close());

  test('a file that is none, names of a megabyte, of both directions, of pictures; ten thousand profiles', async () => {
    const window = await office.openWindow('bad-input');
    const { page } = window;
    await window.chooseProfileFile('photo.png', PICTURE);
    await page.getByText('This is not a profile file. Nothing was imported.').waitFor();
    await window.picture('no-file');

    await window.button('Add').click();
    await window.field('Profile Name').fill('x'.repeat(1_000_000));
    await window.dialog.getByText('Use at most 100 characters').waitFor();
    await window.picture('long-name');
    await window.field('Profile Name').fill('مكتب القاهرة');
    await window.field('Server IP or Hostname').fill(office.server);
    await window.answer('OK');
    await window.profile('مكتب القاهرة').waitFor();

    const many = Array.from({ length: PROFILES }, (_none, index) => ({
      name: `Branch ${index}`,
      server: `branch-${index}.example.com`,
    }));
    await window.chooseProfileFile(
      'all.json',
      JSON.stringify({
        format: 'smart-vpn-profiles',
        version: 1,
        profiles: [
          ...many,
          { name: '🏢👩‍💻 事務所', server: 'vpn.example.com' },
          { name: 'y'.repeat(1_000_000), server: 'vpn.example.com' },
        ],
      }),
    );
    await page.getByText(`${PROFILES + 1} profiles were imported, 1 could not be read:`).waitFor();
    await window.picture('many');
    await window.button('Dismiss').click();

    const search = page.getByLabel('Search profiles');
    await search.pressSequentially('branch 99 9');
    await page.getByText(/^\d+ of 10002 profiles$/).waitFor();
    expect(await page.getByRole('option').count()).toBeLessThan(60);
    await search.fill('事務');
    await page.getByText('1 of 10002 profiles').waitFor();
    await window.profile('事務所').click();
    await window.picture('found');
    await search.fill('');
    await page.getByRole('listbox').press('End');
    await page.getByRole('option', { selected: true }).waitFor();
    await window.picture('last');
    expect(window.complaints).toEqual([]);
    await window.close();
  });

  test('the program is killed while it connects: the window says so, and does not drive the next one', async () => {
    const window = await office.openWindow('killed');
    const { page } = window;
    await window.importProfiles([
      { name: 'Killed', server: office.server, port: office.port, userName: BEN.userName },
    ]);
    await office.router.setFaults({ stage: 'tls', action: 'stall', sessions: 1 });
    await window.connect();
    await window.field('Password').fill(BEN.password);
    await window.answer('Connect');
    await page.locator('.state-line').getByText('Opening a secure channel…').waitFor();
    const port = Number(new URL(page.url()).port);
    await office.program.kill();
    await page.getByText('Connection to the program lost.').waitFor();
    await window.picture('lost');
    // Whatever is on that port next is not this program: the window's token is of no use there.
    office.startProgram(port);
    await page.getByText('This window is not allowed in').waitFor();
    await window.picture('refused');
    await window.close();

    const next = await office.openWindow('killed-next');
    await next.page.getByLabel('Search profiles').fill('Killed');
    await next.profile('Killed').click();
    await next.state('Disconnected');
    expect(await next.failureCard()).toBeUndefined();
    await next.close();
  });

  test.skipIf(!namespacesPossible())(
    'a full disk: the profile stays in the editor until it can be saved',
    async () => {
      const folder = join(office.home.folder, 'config');
      // Seen by what is started inside from now on, and by nothing else on this machine.
      const client = office.hosts?.client;
      await office.program.end();
      await client?.exec(['mount', '-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', folder]);
      office.startProgram();
      const window = await office.openWindow('full-disk');
      await window.importProfiles([{ name: 'First', server: 'vpn.example.com' }]);
      await client?.exec(['sh', '-c', `head -c 1000000 /dev/zero > ${folder}/filler || true`]);
      await window.button('Add').click();
      await window.field('Profile Name').fill('Second');
      await window.field('Server IP or Hostname').fill('vpn.example.com');
      await window.answer('OK');
      await window.dialog
        .getByRole('alert')
        .getByText(/no space left|disk is full|full/i)
        .waitFor();
      await window.picture('refused');
      expect(await window.field('Profile Name').inputValue()).toBe('Second');
      await client?.exec(['rm', `${folder}/filler`]);
      await window.answer('OK');
      await window.profile('Second').waitFor();
      await window.profile('First').waitFor();
      await window.close();
    },
  );
});
