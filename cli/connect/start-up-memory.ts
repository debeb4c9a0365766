/** Once, when the first packets have passed: what V8 then collects takes it 30 ms. */
const DELAY_MILLISECONDS = 1000;

/**
 * Gives back what starting and signing in have left on the heap, some 6 MB: a tunnel allocates so little that V8 would
 * not come round to it for hours. Does nothing where `--expose-gc` was not given (cli/smartvpn gives it).
 */
export function releaseStartUpMemory(): void {
  const collect = globalThis.gc;
  if (collect === undefined) return;
  const timer = setTimeout(
    () => collect({ type: 'major', flavor: 'last-resort', execution: 'sync' }),
    DELAY_MILLISECONDS,
  );
  timer.unref();
}
