import { InvalidArgumentError } from 'commander';

/** Parsers of option values: commander words the refusal. */
export function parseInteger(text: string, minimum: number, maximum: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum && value <= maximum)) {
    throw new InvalidArgumentError(`Give a whole number from ${minimum} to ${maximum}.`);
  }
  return value;
}

/** A file descriptor that the caller has opened: 0 is standard input, 1 and 2 are written to. */
export function parseDescriptor(text: string): number {
  const descriptor = parseInteger(text, 0, 1023);
  if (descriptor === 1 || descriptor === 2) throw new InvalidArgumentError('1 and 2 are for output.');
  return descriptor;
}

/** Of a server's own; 0 is any free one. */
export function parsePort(text: string): number {
  return parseInteger(text, 0, 65_535);
}

/** For options that may be given several times. */
export function collect(text: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), text];
}
