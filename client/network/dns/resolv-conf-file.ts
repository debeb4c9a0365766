import { open, readFile, realpath, rm } from 'node:fs/promises';
import { errorCode } from '../../../shared/error-code.ts';

export const RESOLV_CONF = '/etc/resolv.conf';
const MAXIMUM_LENGTH = 64 * 1024;

/** Its text; undefined when there is none (also a link that leads nowhere). Rejects when it cannot be read or is no such file. */
export async function readResolvConf(): Promise<string | undefined> {
  try {
    const text = await readFile(RESOLV_CONF, 'utf8');
    if (text.length > MAXIMUM_LENGTH) throw new Error(`${RESOLV_CONF} is longer than 64 KiB`);
    return text;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * Puts `text` there. In place: a rename would replace a symbolic link and fails on a bind-mounted file, and the file's
 * owner and mode would have to be copied. The new text first, then the cut, so that it is never empty.
 */
export async function writeResolvConf(text: string): Promise<void> {
  const handle = await openForWriting();
  try {
    const bytes = Buffer.from(text);
    await handle.write(bytes, 0, bytes.length, 0);
    await handle.truncate(bytes.length);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function openForWriting() {
  try {
    return await open(RESOLV_CONF, 'r+');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return open(RESOLV_CONF, 'w', 0o644);
    throw error;
  }
}

/**
 * Puts `original` back if `written` is still there; says `changed` when someone else's text is, which then stays.
 * A write that was cut off in the middle counts as ours.
 */
export async function restoreResolvConf(
  original: string | undefined,
  written: string,
): Promise<'restored' | 'unchanged' | 'changed'> {
  const now = await readResolvConf();
  if (now === original) return 'unchanged';
  if (now !== written && !isPartlyWritten(now, original, written)) return 'changed';
  // Of a link that led nowhere what was made at its other end goes, not the link: its manager will write there.
  if (original === undefined) await rm(await realpath(RESOLV_CONF), { force: true });
  else await writeResolvConf(original);
  return 'restored';
}

/** Our text over the start of a longer one: killed between the write and the cut. */
function isPartlyWritten(now: string | undefined, original: string | undefined, written: string): boolean {
  return now !== undefined && original !== undefined && now === written + original.slice(written.length);
}
