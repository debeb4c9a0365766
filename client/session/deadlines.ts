import type { Stage } from '../../shared/connection.ts';

/** Milliseconds that each stage may take. The second step waits for a person. */
export const DEADLINES: Readonly<Record<Stage, number>> = {
  resolving: 10_000,
  connecting: 10_000,
  securing: 15_000,
  requesting: 15_000,
  negotiating: 30_000,
  'signing-in': 30_000,
  addressing: 45_000,
  'second-step': 120_000,
  configuring: 15_000,
};

/**
 * Follows an attempt through its stages with one timer. Coming back to a stage continues its time: a
 * router that goes round in circles does not get for ever.
 */
export class StageClock {
  stage: Stage = 'resolving';
  /** Unix milliseconds at which the present stage's time is up. */
  endsAt = 0;
  readonly #limits: Readonly<Record<Stage, number>>;
  readonly #expired: (stage: Stage, seconds: number) => void;
  /** Milliseconds used up by stages that were left. */
  readonly #used = new Map<Stage, number>();
  #enteredAt = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    overrides: Partial<Record<Stage, number>> | undefined,
    expired: (stage: Stage, seconds: number) => void,
  ) {
    this.#limits = { ...DEADLINES, ...overrides };
    this.#expired = expired;
  }

  /** Seconds that the stage is given. */
  seconds(stage: Stage): number {
    return this.#limits[stage] / 1000;
  }

  enter(stage: Stage): void {
    this.stop();
    this.stage = stage;
    this.#enteredAt = performance.now();
    const left = Math.max(0, this.#limits[stage] - (this.#used.get(stage) ?? 0));
    this.endsAt = Date.now() + left;
    this.#timer = setTimeout(() => this.#expired(stage, this.seconds(stage)), left);
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const used = (this.#used.get(this.stage) ?? 0) + performance.now() - this.#enteredAt;
    this.#used.set(this.stage, used);
  }

  /** Stops, and gives every stage its whole time again. */
  reset(): void {
    this.stop();
    this.#used.clear();
  }
}
