/** What is not known is a dash. */
const UNKNOWN = '–';

export function fixed(value: number, digits: number): string {
  // A little below zero is zero, without a sign.
  return Number.isFinite(value) ? value.toFixed(digits).replace(/^-(0(\.0*)?)$/, '$1') : UNKNOWN;
}

/** Two significant digits at least: 0.043, 1.62, 120. */
export function ratio(value: number, base: number): string {
  const quotient = value / base;
  if (!Number.isFinite(quotient)) return UNKNOWN;
  return quotient.toFixed(quotient < 0.1 ? 3 : quotient < 10 ? 2 : 0);
}

export function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : fixed(bytes / 1024 / 1024, 1);
}
