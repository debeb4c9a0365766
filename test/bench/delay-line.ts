/**
 * One direction of a slow wire: what enters leaves `delay` later, in the order it came in. Knows no clock;
 * times are any steady milliseconds.
 */
export class DelayLine<T> {
  readonly #delay: number;
  readonly #items: { readonly due: number; readonly item: T }[] = [];

  constructor(delayMilliseconds: number) {
    this.#delay = delayMilliseconds;
  }

  enter(item: T, now: number): void {
    this.#items.push({ due: now + this.#delay, item });
  }

  /** What has arrived by `now`. */
  leave(now: number): T[] {
    let count = 0;
    while ((this.#items[count]?.due ?? Number.POSITIVE_INFINITY) <= now) count += 1;
    return this.#items.splice(0, count).map(({ item }) => item);
  }

  /** When the next item arrives; undefined = nothing is under way. */
  get nextDue(): number | undefined {
    return this.#items[0]?.due;
  }
}
