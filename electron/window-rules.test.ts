import { describe, expect, test } from 'vitest';
import { atStart, onConnected, onTrayChange, whenClosed, whenQuitting } from './window-rules.ts';

const TRAY = { system: 'linux', hasTray: true } as const;
const BARE = { system: 'linux', hasTray: false } as const;
const MAC = { system: 'darwin', hasTray: false } as const;

describe('closing', () => {
  test.each([
    [TRAY, false, 'hide'],
    [BARE, false, 'quit'],
    [MAC, false, 'hide'],
    [TRAY, true, 'close'],
    [BARE, true, 'close'],
  ] as const)('%o, quitting %s: %s', (desk, isQuitting, expected) => {
    expect(whenClosed(desk, isQuitting)).toBe(expected);
  });
});

describe('at the start', () => {
  test.each([
    [TRAY, false, false, 'show'],
    [TRAY, true, false, 'hide'],
    [TRAY, false, true, 'hide'],
    [BARE, true, false, 'minimise'],
    [BARE, false, true, 'minimise'],
  ] as const)('%o, start minimised %s, at login %s: %s', (desk, minimised, atLogin, expected) => {
    expect(atStart(desk, minimised, atLogin)).toBe(expected);
  });
});

test('a window hides on connect only where the tray can bring it back', () => {
  expect(onConnected(TRAY, true)).toBe('hide');
  expect(onConnected(TRAY, false)).toBe('stay');
  expect(onConnected(BARE, true)).toBe('stay');
});

test('a tray that goes gives back what was hidden in it', () => {
  expect(onTrayChange(BARE, true)).toBe('show');
  expect(onTrayChange(BARE, false)).toBe('stay');
  expect(onTrayChange(TRAY, true)).toBe('stay');
});

describe('quitting', () => {
  const facts = { connected: ['Office'], stage: 'running', isSessionEnding: false } as const;
  test('asks once when connected, and not at the end of the session', () => {
    expect(whenQuitting(facts)).toBe('ask');
    expect(whenQuitting({ ...facts, stage: 'asking' })).toBe('wait');
    expect(whenQuitting({ ...facts, connected: [] })).toBe('leave');
    expect(whenQuitting({ ...facts, isSessionEnding: true })).toBe('leave');
    expect(whenQuitting({ ...facts, stage: 'asking', isSessionEnding: true })).toBe('leave');
  });
  test('nothing of it is done twice, and in the end it ends', () => {
    expect(whenQuitting({ ...facts, stage: 'leaving' })).toBe('wait');
    expect(whenQuitting({ ...facts, stage: 'leaving', isSessionEnding: true })).toBe('wait');
    expect(whenQuitting({ ...facts, stage: 'left' })).toBe('end');
  });
});
