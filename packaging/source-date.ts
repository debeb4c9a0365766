import { PROJECT } from './project.ts';
import { runCommand } from './run-command.ts';

/**
 * When the source is from, in Unix seconds: $SOURCE_DATE_EPOCH (reproducible-builds.org), else the commit's date. All
 * files of all packages carry it, so that whoever builds this commit gets these bytes.
 */
export async function readSourceDate(): Promise<number> {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const text = given ?? (await git('log', '-1', '--format=%ct'));
  if (!/^\d+$/.test(text)) {
    throw new Error('The date of the source is not known: build from a clone, or set SOURCE_DATE_EPOCH.');
  }
  return Number(text);
}

/** Whether files differ from the commit: what is built then is no build of it. */
export async function isChanged(): Promise<boolean> {
  return (await git('status', '--porcelain')) !== '';
}

async function git(...words: readonly string[]): Promise<string> {
  return (await runCommand('git', words, { cwd: PROJECT.root }).catch(() => '')).trim();
}
