/** „45 Sekunden“, „2 Minuten 5 Sekunden“, „2 Tage“: höchstens zwei Einheiten, ganze. */
export function duration(seconds: number): string {
  return inUnits(seconds, 'nominative');
}

/** After „seit“, „nach“, „innerhalb von“: „2 Tagen“. */
export function durationDative(seconds: number): string {
  return inUnits(seconds, 'dative');
}

type Case = 'nominative' | 'dative';

function inUnits(seconds: number, grammar: Case): string {
  const whole = Math.max(0, Math.round(seconds));
  const largest = UNITS.findIndex(({ length }) => whole >= length);
  const unit = UNITS[largest];
  if (unit === undefined) return '0 Sekunden';
  const first = count(Math.floor(whole / unit.length), unit, grammar);
  const next = UNITS[largest + 1];
  const rest = next === undefined ? 0 : Math.floor((whole % unit.length) / next.length);
  return next === undefined || rest === 0 ? first : `${first} ${count(rest, next, grammar)}`;
}

interface Unit {
  readonly one: string;
  readonly nominative: string;
  readonly dative: string;
  /** Seconds. */
  readonly length: number;
}

/** Longest first. */
const UNITS: readonly Unit[] = [
  { one: 'Tag', nominative: 'Tage', dative: 'Tagen', length: 86_400 },
  { one: 'Stunde', nominative: 'Stunden', dative: 'Stunden', length: 3600 },
  { one: 'Minute', nominative: 'Minuten', dative: 'Minuten', length: 60 },
  { one: 'Sekunde', nominative: 'Sekunden', dative: 'Sekunden', length: 1 },
];

function count(number: number, unit: Unit, grammar: Case): string {
  return number === 1 ? `1 ${unit.one}` : `${number} ${unit[grammar]}`;
}
