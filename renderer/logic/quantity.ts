const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const RATE_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

/** "0 B", "999 B", "1.5 kB": powers of 1000, three digits, in the language's notation. */
export function bytesText(bytes: number, language: string): string {
  return scaled(bytes, BYTE_UNITS, language);
}

/** `bits` a second. */
export function rateText(bits: number, language: string): string {
  return scaled(bits, RATE_UNITS, language);
}

function scaled(value: number, units: readonly string[], language: string): string {
  let scale = 0;
  let rest = value;
  // 999.5 is shown as 1000 with three digits: that is 1 of the next unit.
  while (rest >= 999.5 && scale < units.length - 1) {
    rest /= 1000;
    scale += 1;
  }
  const digits = scale === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  const number = rest.toLocaleString(language, { maximumFractionDigits: digits });
  return `${number} ${units[scale] ?? ''}`;
}

export function countText(count: number, language: string): string {
  return count.toLocaleString(language);
}

/** "0:05", "12:34", "26:02:03": days count as hours. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const two = (number: number): string => String(number).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Milliseconds for people: "<1 ms", "12 ms", "1,250 ms". */
export function latencyText(milliseconds: number, language: string): string {
  return milliseconds < 1 ? '< 1 ms' : `${Math.round(milliseconds).toLocaleString(language)} ms`;
}

export function dateTimeText(unixMilliseconds: number, language: string): string {
  return new Date(unixMilliseconds).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
}

export function timeText(unixMilliseconds: number, language: string): string {
  return new Date(unixMilliseconds).toLocaleTimeString(language, { hour12: false });
}
