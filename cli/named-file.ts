import { constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { addAbortSignal, type Readable } from 'node:stream';
import { ReadStream, isatty } from 'node:tty';
import { type CommandResult, fail } from './command-failure.ts';
import type { Context } from './context.ts';
import { fileErrorText } from './file-error-text.ts';
import { interruptedFailure } from './interruption.ts';
import { bytesText } from './quantity-text.ts';
import { readAtMost } from '../client/store/read-at-most.ts';
import { ok } from '../shared/result.ts';

/** What a file that is named on the command line is to be. */
export interface WantedFile {
  /** No such file is larger: what comes after these is not read. */
  readonly maximumBytes: number;
  /** Which file is meant: the next step of somebody who named another one. */
  readonly step: string;
}

/** The text of a file that was named on the command line. A pipe or a device will do. */
export function readNamedFile(
  context: Context,
  path: string,
  wanted: WantedFile,
): Promise<CommandResult<string>> {
  return readText(context, path, () => openStream(path), wanted);
}

export function readStandardInput(context: Context, wanted: WantedFile): Promise<CommandResult<string>> {
  return readText(context, 'Standard input', () => process.stdin, wanted);
}

async function readText(
  { interruption }: Context,
  name: string,
  open: () => Readable,
  { maximumBytes, step }: WantedFile,
): Promise<CommandResult<string>> {
  try {
    const bytes = await readAtMost(addAbortSignal(interruption.signal, open()), maximumBytes);
    if (bytes === undefined) {
      const limit = bytesText(maximumBytes);
      return fail('file-failed', `${name} is too large: it holds more than ${limit}.`, step);
    }
    return bytes.length === 0 ? fail('file-failed', `${name} is empty.`, step) : ok(bytes.toString('utf8'));
  } catch (error) {
    if (interruption.signal.aborted) return { ok: false, error: interruptedFailure(interruption) };
    return fail('file-failed', `${name} cannot be read: ${fileErrorText(error)}.`, step);
  }
}

/**
 * What may have to be waited for is read as standard input is. Reading it as a file would hold a thread of Node's, which the
 * end of the process then waits for: not even a second Ctrl-C would end it.
 */
function openStream(path: string): Readable {
  // Else opening a pipe would already wait for somebody who writes to it.
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  if (isatty(fd)) return new ReadStream(fd);
  return fstatSync(fd).isFIFO()
    ? new Socket({ fd, readable: true, writable: false })
    : createReadStream(path, { fd });
}
