import { z } from 'zod';

const answerSchema = z.object({ now: z.number() });

/** Milliseconds by which the router's clock is ahead of this device's; undefined when it cannot be asked. */
export async function clockDifference(): Promise<number | undefined> {
  const asked = Date.now();
  try {
    const answer = await fetch('./clock', { cache: 'no-store', signal: AbortSignal.timeout(5000) });
    const data: unknown = await answer.json();
    const parsed = answerSchema.safeParse(data);
    // the answer was made about half-way
    return parsed.success ? parsed.data.now - (asked + Date.now()) / 2 : undefined;
  } catch {
    return undefined;
  }
}

/** What a difference of clocks means to somebody who reads codes off this device. */
export function clockText(difference: number | undefined): {
  readonly text: string;
  readonly isWrong: boolean;
} {
  if (difference === undefined)
    return { text: 'The router cannot be asked for its time now.', isWrong: false };
  const seconds = Math.round(Math.abs(difference) / 1000);
  if (seconds <= 1) return { text: 'This device and the router agree on the time.', isWrong: false };
  const unit = seconds === 1 ? 'second' : 'seconds';
  const text = `This device is ${seconds} ${unit} ${difference > 0 ? 'behind' : 'ahead of'} the router.`;
  if (seconds < 20) return { text, isWrong: false };
  return { text: `${text} Codes will be refused: set its clock right.`, isWrong: true };
}
