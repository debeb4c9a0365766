/** Runs `callback` once after `milliseconds`; the returned function calls it off. Tests give a clock of their own. */
export type StartTimer = (milliseconds: number, callback: () => void) => () => void;

export const startSystemTimer: StartTimer = (milliseconds, callback) => {
  const timer = setTimeout(callback, milliseconds);
  return () => {
    clearTimeout(timer);
  };
};
