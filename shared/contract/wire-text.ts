import { z } from 'zod';

/**
 * Text that came from a router or the system and goes to the window: too much of it is cut, not
 * refused, because what it belongs to (a failure, a state) must arrive in any case.
 */
export function clipped(length: number): z.ZodType<string> {
  return z
    .string()
    .transform((text) => (text.length > length ? `${text.slice(0, length - 1).toWellFormed()}…` : text));
}

/** As `clipped`, for lists of it. */
export function clippedList(count: number, length: number): z.ZodType<string[]> {
  return z.array(clipped(length)).transform((list) => list.slice(0, count));
}
