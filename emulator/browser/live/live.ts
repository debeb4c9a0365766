import { z } from 'zod';
import { followLog } from './live-log.ts';
import { followRows } from './live-rows.ts';

// zod would compile parsers from text, which the pages' policy forbids.
z.config({ jitless: true });

/** The administrator's pages work without this script; it keeps their tables up to date. */
const rows = document.querySelector<HTMLTableElement>('[data-live-rows]');
if (rows !== null) followRows(rows);
const log = document.querySelector<HTMLTableElement>('[data-live-log]');
if (log !== null) followLog(log);
// on a phone the menu is one line that can be moved
document.querySelector('.menu [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' });
