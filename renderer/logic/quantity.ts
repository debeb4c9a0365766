const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;
const RATE_UNITS = ['bit/s', 'kbit/s', 'Mbit/s', 'Gbit/s', 'Tbit/s'] as const;

/** "0 B", "999 B", "1.5 kB": powers of 1000, three digits, in the locale's notation. */
export function bytesText(bytes: number, locale: string): string {
  return scaled(bytes, BYTE_UNITS, locale);
}

/** `bits` a second. */
export function rateText(bits: number, locale: string): string {
  return scaled(bits, RATE_UNITS, locale);
}

function scaled(value: number, units: readonly string[], locale: string): string {
  let scale = 0;
  let rest = value;
  // 999.5 is shown as 1000 with three digits: that is 1 of the next unit.
  while (rest >= 999.5 && scale < units.length - 1) {
    rest /= 1000;
    scale += 1;
  }
  const digits = scale === 0 || rest >= 99.95 ? 0 : rest >= 9.995 ? 1 : 2;
  const number = rest.toLocaleString(locale, { maximumFractionDigits: digits });
  return `${number} ${units[scale] ?? ''}`;
}

export function countText(count: number, locale: string): string {
  return count.toLocaleString(locale);
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
export function latencyText(milliseconds: number, locale: string): string {
  return milliseconds < 1 ? '< 1 ms' : `${Math.round(milliseconds).toLocaleString(locale)} ms`;
}

export function dateTimeText(unixMilliseconds: number, locale: string): string {
  return new Date(unixMilliseconds).toLocaleString(locale, { dateStyle: 'medium', timeStyle: 'short' });
}

export function dateText(unixMilliseconds: number, locale: string): string {
  return new Date(unixMilliseconds).toLocaleDateString(locale, { dateStyle: 'medium' });
}

/** "12:34" */
export function minuteText(unixMilliseconds: number, locale: string): string {
  return new Date(unixMilliseconds).toLocaleTimeString(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
}

export function timeText(unixMilliseconds: number, locale: string): string {
  return new Date(unixMilliseconds).toLocaleTimeString(locale, { hour12: false });
}

/** "08:02:00", with its day before it when that is another than the one of `newest`: "23 Nov, 08:02:00". */
export function logTimeText(unixMilliseconds: number, newest: number, locale: string): string {
  const isSameDay = new Date(unixMilliseconds).toDateString() === new Date(newest).toDateString();
  if (isSameDay) return timeText(unixMilliseconds, locale);
  const day = new Date(unixMilliseconds).toLocaleDateString(locale, { day: 'numeric', month: 'short' });
  return `${day}, ${timeText(unixMilliseconds, locale)}`;
}
