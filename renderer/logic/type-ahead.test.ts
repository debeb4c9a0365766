import { describe, expect, test } from 'vitest';
import { NOTHING_TYPED, typedOn, typedTo, type Typing } from './type-ahead.ts';

const NAMES = ['Aachen', 'Annex', 'Head office', 'Élan', 'Lab', 'Lab 2'];

describe('typing', () => {
  const typed = (...keys: readonly (readonly [key: string, at: number])[]): string => {
    let typing: Typing = NOTHING_TYPED;
    for (const [key, at] of keys) typing = typedOn(typing, key, at) ?? typing;
    return typing.text;
  };

  test('letters that follow one another make one beginning, and a pause begins another', () => {
    expect(typed(['h', 0], ['e', 900], ['a', 1800])).toBe('hea');
    expect(typed(['h', 0], ['l', 1100])).toBe('l');
  });

  test('keys with a name are none, and a space only stands within a name', () => {
    expect(typedOn(NOTHING_TYPED, 'ArrowDown', 0)).toBeUndefined();
    expect(typedOn(NOTHING_TYPED, ' ', 0)).toBeUndefined();
    expect(typed(['b', 0], [' ', 200])).toBe('b ');
    expect(typed(['🏢', 0])).toBe('🏢');
  });
});

describe('what is typed leads', () => {
  test('to the first name below that begins so, and on from the top', () => {
    expect(typedTo('h', NAMES, 0)).toBe(2);
    expect(typedTo('a', NAMES, 4)).toBe(0);
    expect(typedTo('lab 2', NAMES, 4)).toBe(5);
    expect(typedTo('x', NAMES, 0)).toBeUndefined();
    expect(typedTo('a', [], -1)).toBeUndefined();
  });

  test('whatever the letter case and the accents', () => {
    expect(typedTo('EL', NAMES, 0)).toBe(3);
  });

  test('from one to the next by the same letter, but not away from a name that begins with it twice', () => {
    expect(typedTo('l', NAMES, 4)).toBe(5);
    expect(typedTo('ll', NAMES, 5)).toBe(4);
    expect(typedTo('a', NAMES, -1)).toBe(0);
    expect(typedTo('aa', NAMES, 0)).toBe(0);
  });

  test('nowhere from the row that still begins so', () => {
    expect(typedTo('la', NAMES, 4)).toBe(4);
  });
});
