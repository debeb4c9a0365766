import { chown, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { claimJournal } from './journal.ts';

test.skipIf(process.geteuid?.() !== 0)(
  'a folder that root makes for it in a user’s is the user’s',
  async () => {
    const home = await mkdtemp(join(tmpdir(), 'journal-'));
    try {
      await chown(home, 65534, 65534);
      const folder = join(home, 'state', 'smartvpn');
      await claimJournal(folder, 0, 'svpn0');
      expect((await stat(folder)).uid).toBe(65534);
      // The entry is root's own: nobody else can have root undo what was never done.
      expect((await stat(join(folder, 'network-0.json'))).uid).toBe(0);
    } finally {
      await rm(home, { recursive: true });
    }
  },
);
