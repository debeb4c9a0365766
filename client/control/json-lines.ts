import { StringDecoder } from 'node:string_decoder';
import { type Result, err, ok } from '../../shared/result.ts';

/** Longer than any message; a peer that sends more without a line end is not one of ours. */
export const MAXIMUM_LINE_CHARACTERS = 65_536;

/** Splits a byte stream into JSON values, one per line, whatever the chunks. Holds at most one line. */
export class JsonLines {
  readonly #decoder = new StringDecoder('utf8');
  #begun = '';

  /** The values that `chunk` completes. After an error the stream is of no further use. */
  push(chunk: Buffer): Result<readonly unknown[], 'line-too-long' | 'not-json'> {
    const pieces = (this.#begun + this.#decoder.write(chunk)).split('\n');
    this.#begun = pieces.pop() ?? '';
    const values: unknown[] = [];
    for (const piece of pieces) {
      if (piece.length > MAXIMUM_LINE_CHARACTERS) return err('line-too-long');
      try {
        values.push(JSON.parse(piece));
      } catch {
        return err('not-json');
      }
    }
    return this.#begun.length > MAXIMUM_LINE_CHARACTERS ? err('line-too-long') : ok(values);
  }
}
