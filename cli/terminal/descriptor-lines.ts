import { readSync } from 'node:fs';
import { type CommandResult, fail } from '../command-failure.ts';
import { errorCode } from '../../shared/error-code.ts';
import { ok } from '../../shared/result.ts';

/** A line longer than this is no secret but a wrong file. */
const MAXIMUM_LINE_BYTES = 4096;

/**
 * Reads secrets from file descriptors, a line each, so that they never stand in a command line or an
 * environment. Reads byte by byte on purpose: what follows the line stays for whoever reads next.
 */
export function readDescriptorLine(descriptor: number): CommandResult<string> {
  const bytes: number[] = [];
  const byte = Buffer.alloc(1);
  for (;;) {
    const count = readByte(descriptor, byte);
    if (!count.ok) return count;
    const value = byte[0] ?? 0;
    if (count.value === 0 || value === 0x0a) break;
    if (bytes.length === MAXIMUM_LINE_BYTES)
      return fail(
        'usage',
        `${nameOf(descriptor)} gave more than ${MAXIMUM_LINE_BYTES} bytes without a line end.`,
      );
    bytes.push(value);
  }
  const line = Buffer.from(bytes).toString('utf8').replace(/\r$/, '');
  if (line === '') return fail('nobody-to-ask', `${nameOf(descriptor)} gave no text.`);
  return ok(line);
}

function nameOf(descriptor: number): string {
  return descriptor === 0 ? 'Standard input' : `File descriptor ${descriptor}`;
}

function readByte(descriptor: number, byte: Buffer): CommandResult<number> {
  for (;;) {
    try {
      return ok(readSync(descriptor, byte, 0, 1, null));
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EOF') return ok(0);
      if (code === 'EAGAIN') {
        // Someone made the pipe non-blocking. Nothing else runs while a secret is awaited, so waiting here is fine.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
        continue;
      }
      return fail(
        'usage',
        `${nameOf(descriptor)} cannot be read.`,
        'Open it in the shell, for example 3< file.',
      );
    }
  }
}
