import { z } from 'zod';
import type { Running } from './program.ts';

const eventSchema = z.looseObject({
  event: z.string(),
  traffic: z.literal('blocked').optional(),
  because: z.looseObject({ reason: z.string() }).optional(),
  tunnel: z.looseObject({ interfaceName: z.string().optional() }).optional(),
});
export type ProgramEvent = z.infer<typeof eventSchema>;

/** What a program that was started with `--json` says on standard output, an object per line. */
export class ProgramEvents {
  readonly #events: ProgramEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #isOver = false;

  constructor(program: Running) {
    let rest = '';
    program.process.stdout?.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#events.push(eventSchema.parse(JSON.parse(line)));
      this.#changed();
    });
    void program.ended.then(() => {
      this.#isOver = true;
      this.#changed();
    });
  }

  /** Everything it has said so far. */
  get all(): readonly ProgramEvent[] {
    return this.#events;
  }

  /** The first event of that kind from `from` on for which `holds`; rejects when the program ends without it. */
  next(kind: string, from = 0, holds: (event: ProgramEvent) => boolean = () => true): Promise<ProgramEvent> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const found = this.#events.slice(from).find((each) => each.event === kind && holds(each));
        if (found === undefined && !this.#isOver) return;
        this.#waiting.delete(look);
        if (found === undefined) reject(new Error(`ended without ${kind}: ${JSON.stringify(this.#events)}`));
        else resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  #changed(): void {
    for (const look of this.#waiting) look();
  }
}
