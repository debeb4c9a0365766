/** "45 seconds", "2 minutes 5 seconds", "1 hour 3 minutes", "2 days": at most two units, whole ones. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const largest = UNITS.findIndex(({ length }) => whole >= length);
  const unit = UNITS[largest];
  if (unit === undefined) return count(whole, 'second');
  const first = count(Math.floor(whole / unit.length), unit.name);
  const next = UNITS[largest + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % unit.length) / next.length);
  return next === undefined || rest === 0 ? first : `${first} ${count(rest, next.name)}`;
}

/** In seconds, longest first. */
const UNITS = [
  { name: 'day', length: 86_400 },
  { name: 'hour', length: 3600 },
  { name: 'minute', length: 60 },
  { name: 'second', length: 1 },
] as const;

function count(number: number, noun: string): string {
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
