import { err, ok, type Result } from '../../shared/result.ts';
import type { DocumentName } from '../../shared/store-problem.ts';

/**
 * A kept document as text: `{ "version": n, ...content }`. No file is touched here, so that the same
 * documents can lie in files, in electron-store or in a test.
 *
 * Every change of a format raises its version, an added field too: a program never meets a document
 * of its own version with fields it does not know, and so never drops one when it writes.
 */
export interface DocumentFormat<T> {
  readonly name: DocumentName;
  /** From 1. */
  readonly version: number;
  /** One step per former version, oldest first; each in a file of its own that is never edited again. */
  readonly migrations: readonly Migration[];
  /** What holds when there is no document yet. */
  readonly empty: T;
  /** `faults` says in words what was left out; the error says why nothing could be read. */
  readonly decode: (content: DocumentContent) => Result<Decoded<T>, string>;
  readonly encode: (value: T) => DocumentContent;
}

export type DocumentContent = Readonly<Record<string, unknown>>;

export interface Decoded<T> {
  readonly value: T;
  readonly faults: readonly string[];
}

/** From version `from` to the one after it. May throw on content that version never wrote. */
export interface Migration {
  readonly from: number;
  readonly migrate: (content: DocumentContent) => DocumentContent;
}

export type DocumentFault =
  | { readonly kind: 'damaged'; readonly detail: string }
  | { readonly kind: 'newer-version'; readonly version: number };

export function readDocument<T>(
  format: Pick<DocumentFormat<T>, 'version' | 'migrations' | 'decode'>,
  text: string,
): Result<Decoded<T>, DocumentFault> {
  const parsed = parseJson(text);
  if (!parsed.ok) return err({ kind: 'damaged', detail: parsed.error });
  if (!isRecord(parsed.value)) return err({ kind: 'damaged', detail: 'not a JSON object' });
  const { version, ...content } = parsed.value;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    return err({ kind: 'damaged', detail: 'no version number' });
  }
  if (version > format.version) return err({ kind: 'newer-version', version });
  const migrated = migrate(format, version, content);
  if (!migrated.ok) return err({ kind: 'damaged', detail: migrated.error });
  const decoded = format.decode(migrated.value);
  return decoded.ok ? decoded : err({ kind: 'damaged', detail: decoded.error });
}

/** Ends in a line break, so that it reads well in a terminal. */
export function writeDocument<T>(format: Pick<DocumentFormat<T>, 'version' | 'encode'>, value: T): string {
  return `${JSON.stringify({ version: format.version, ...format.encode(value) }, undefined, 1)}\n`;
}

function migrate<T>(
  format: Pick<DocumentFormat<T>, 'version' | 'migrations'>,
  from: number,
  content: DocumentContent,
): Result<DocumentContent, string> {
  let current = content;
  for (let version = from; version < format.version; version += 1) {
    const step = format.migrations.find((migration) => migration.from === version);
    if (step === undefined) return err(`no way from version ${version} to ${version + 1}`);
    try {
      current = step.migrate(current);
    } catch (error) {
      // a step meets what its version never wrote: the document is damaged, and must not be lost
      return err(`version ${version} could not be brought to ${version + 1}: ${String(error)}`);
    }
  }
  return ok(current);
}

function parseJson(text: string): Result<unknown, string> {
  try {
    // editors on Windows put a byte order mark in front
    return ok(JSON.parse(text.startsWith('\uFEFF') ? text.slice(1) : text));
  } catch {
    // the engine's message quotes the text around the fault, which may be private
    return err(text.trim() === '' ? 'empty' : 'not JSON');
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
