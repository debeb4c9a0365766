import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { type CommandResult, fail } from './command-failure.ts';
import { fileErrorText } from './file-error-text.ts';
import { bytesText } from './quantity-text.ts';
import { readAtMost } from '../client/store/read-at-most.ts';
import { ok } from '../shared/result.ts';

/** A secret and a page of notes below it. */
const MAXIMUM_BYTES = 65_536;
const NAME_A_FILE =
  'Name a file that holds the secret in its first line; a pipe is for the option that takes a file descriptor.';

/**
 * The first line of a file that holds a secret. Refused when others than its owner may read it, as ssh does
 * with keys: a secret that others have read is none.
 */
export async function readSecretFile(path: string): Promise<CommandResult<string>> {
  let file: FileHandle;
  try {
    // A pipe that nobody writes to would else be waited for.
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return fail('file-failed', `The secret file ${path} cannot be opened: ${fileErrorText(error)}.`);
  }
  try {
    const facts = await file.stat();
    if (!facts.isFile()) return fail('file-failed', `The secret file ${path} is not a file.`, NAME_A_FILE);
    if ((facts.mode & 0o077) !== 0) {
      return fail('file-failed', `Others may read the secret file ${path}.`, `Run: chmod 600 ${path}`);
    }
    const uid = userInfo().uid;
    if (facts.uid !== uid && uid !== 0) {
      return fail('file-failed', `The secret file ${path} belongs to somebody else.`);
    }
    const bytes = await readAtMost(file.createReadStream(), MAXIMUM_BYTES);
    if (bytes === undefined) {
      const limit = bytesText(MAXIMUM_BYTES);
      return fail('file-failed', `The secret file ${path} holds more than ${limit}.`, NAME_A_FILE);
    }
    const line = bytes.toString('utf8').split(/\r?\n/, 1)[0] ?? '';
    return line === ''
      ? fail('file-failed', `The secret file ${path} has nothing in its first line.`)
      : ok(line);
  } catch (error) {
    return fail('file-failed', `The secret file ${path} cannot be read: ${fileErrorText(error)}.`);
  } finally {
    await file.close();
  }
}
