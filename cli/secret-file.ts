import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type CommandResult, fail } from './command-failure.ts';
import { fileErrorText } from './file-error-text.ts';
import { ok } from '../shared/result.ts';

const MAXIMUM_BYTES = 4096;

/**
 * The first line of a file that holds a secret. Refused when others than its owner may read it, as ssh does
 * with keys: a secret that others have read is none.
 */
export function readSecretFile(path: string): CommandResult<string> {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    return fail('file-failed', `The secret file ${path} cannot be opened: ${fileErrorText(error)}.`);
  }
  try {
    const facts = fstatSync(descriptor);
    if (!facts.isFile()) return fail('file-failed', `The secret file ${path} is not a file.`);
    if ((facts.mode & 0o077) !== 0) {
      return fail('file-failed', `Others may read the secret file ${path}.`, `Run: chmod 600 ${path}`);
    }
    const uid = userInfo().uid;
    if (facts.uid !== uid && uid !== 0) {
      return fail('file-failed', `The secret file ${path} belongs to somebody else.`);
    }
    const bytes = Buffer.alloc(MAXIMUM_BYTES);
    const length = readSync(descriptor, bytes, 0, MAXIMUM_BYTES, 0);
    const line = bytes.toString('utf8', 0, length).split(/\r?\n/, 1)[0] ?? '';
    return line === ''
      ? fail('file-failed', `The secret file ${path} has nothing in its first line.`)
      : ok(line);
  } finally {
    closeSync(descriptor);
  }
}
