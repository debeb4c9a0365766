import { FairQueue } from './fair-queue.ts';

/** Slow links at once that get a queue of 2 MiB; the others hold their senders back. */
const MAXIMUM_QUEUES = 16;
const MAXIMUM_SPARE = 1;
const spare: FairQueue[] = [];
let lent = 0;

/** An empty queue; undefined when too many are in use. */
export function acquireQueue(): FairQueue | undefined {
  if (lent >= MAXIMUM_QUEUES) return undefined;
  lent += 1;
  return spare.pop() ?? new FairQueue();
}

export function releaseQueue(queue: FairQueue): void {
  lent -= 1;
  queue.clear();
  if (spare.length < MAXIMUM_SPARE) spare.push(queue);
}
