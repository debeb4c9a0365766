/*
 * What is sent in one turn of the event loop leaves together at its end. Node's own end of a turn, a tick, is an object
 * and some 20 µs to a process that just woke up: who knows when its turn is over says so itself.
 */
let isOpen = false;
const waiting: (() => void)[] = [];

/** `endTurn` must follow in the same call from the event loop, whatever happens. */
export function beginTurn(): void {
  isOpen = true;
}

/** All that was sent in this turn so far. */
export function flushTurn(): void {
  try {
    for (const flush of waiting) flush();
  } finally {
    waiting.length = 0;
  }
}

export function endTurn(): void {
  isOpen = false;
  flushTurn();
}

/** `flush` is called at the end of the turn, of Node's own where none is open. */
export function atEndOfTurn(flush: () => void): void {
  if (isOpen) waiting.push(flush);
  else process.nextTick(flush);
}
