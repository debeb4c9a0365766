import { MOTP_STEP_MILLISECONDS, motpCode, motpCounter, motpStepStart } from '../../shared/otp/motp.ts';

export interface Token {
  readonly secret: string;
  readonly pin: string;
}

export interface LiveCode {
  /** Prints above the code, which stays the last line. */
  say(text: string): void;
  stop(): void;
}

/**
 * A token's code and the seconds it still shows, as the last line of a terminal. In a file or a pipe each
 * code is a line of its own.
 */
export function showLiveCode(token: Token, output: NodeJS.WriteStream): LiveCode {
  const isLive = output.isTTY;
  const clear = isLive ? '\r\u001B[K' : '';
  let last = -1;
  const show = (): void => {
    const now = Date.now();
    const counter = motpCounter(now);
    const code = motpCode(counter, token.secret, token.pin);
    const seconds = Math.ceil((motpStepStart(counter) + MOTP_STEP_MILLISECONDS - now) / 1000);
    if (isLive) {
      const left = `${'•'.repeat(seconds)}${' '.repeat(10 - seconds)}`;
      output.write(`${clear}  One-time password   ${code}   ${left} ${String(seconds).padStart(2)} s`);
    } else if (counter !== last) {
      output.write(`  One-time password   ${code}\n`);
    }
    last = counter;
  };
  show();
  const timer = setInterval(show, 1000);
  return {
    say: (text) => {
      output.write(`${clear}${text}\n`);
      if (isLive) show();
    },
    stop: () => {
      clearInterval(timer);
      if (isLive) output.write('\n');
    },
  };
}
