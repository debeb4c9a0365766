const UNITS = ['', 'k', 'M', 'G', 'T'] as const;

/** Powers of 1000 with three significant digits: "1.23 MB". */
export function bytesText(bytes: number): string {
  return scaled(bytes, 'B');
}

/** Bits per second: "94.1 Mbit/s". */
export function rateText(bitsPerSecond: number): string {
  return scaled(bitsPerSecond, 'bit/s');
}

function scaled(value: number, unit: string): string {
  let rest = value;
  let power = 0;
  while (rest >= 999.5 && power < UNITS.length - 1) {
    rest /= 1000;
    power += 1;
  }
  const digits = power === 0 ? 0 : Math.max(0, 2 - Math.floor(Math.log10(rest)));
  return `${rest.toFixed(digits)} ${UNITS[power] ?? ''}${unit}`;
}

/** "2 d 03:04:05", "03:04:05". */
export function durationText(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const days = Math.floor(seconds / 86_400);
  const parts = [Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const clock = parts.map((part) => String(part).padStart(2, '0')).join(':');
  return days > 0 ? `${days} d ${clock}` : clock;
}

export function millisecondsText(milliseconds: number | undefined): string {
  if (milliseconds === undefined) return '-';
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/** "2026-11-23 03:12": local time. `at` in Unix milliseconds. */
export function timeText(at: number): string {
  const time = new Date(at);
  const [month, day, hours, minutes] = [
    time.getMonth() + 1,
    time.getDate(),
    time.getHours(),
    time.getMinutes(),
  ].map((part) => String(part).padStart(2, '0'));
  return `${time.getFullYear()}-${month}-${day} ${hours}:${minutes}`;
}
