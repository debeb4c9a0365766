import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LineEditor } from './line-editor.ts';

function typeAll(hidden: boolean, ...pieces: string[]): { echo: string; outcome: unknown; rest: string } {
  const editor = new LineEditor(hidden);
  let echo = '';
  for (const piece of pieces) {
    const progress = editor.type(piece);
    echo += progress.echo;
    if (progress.outcome.kind !== 'typing') return { echo, outcome: progress.outcome, rest: progress.rest };
  }
  return { echo, outcome: { kind: 'typing' }, rest: '' };
}

describe('a line typed on a terminal', () => {
  test('is echoed and handed out at Enter', () => {
    expect(typeAll(false, 'an', 'na\r')).toEqual({
      echo: 'anna\r\n',
      outcome: { kind: 'entered', line: 'anna' },
      rest: '',
    });
  });

  test('shows nothing when hidden, not even its length while it is corrected', () => {
    expect(typeAll(true, 'secr', '\u007f\u007f', 'x\r')).toEqual({
      echo: '\r\n',
      outcome: { kind: 'entered', line: 'sex' },
      rest: '',
    });
  });

  test('backspace takes a whole character, and nothing from an empty line', () => {
    expect(typeAll(false, '\u007f😀é\u007f\u007f!\r').outcome).toEqual({ kind: 'entered', line: '!' });
  });

  test('Ctrl-U empties it', () => {
    expect(typeAll(true, 'wrong\u0015right\r').outcome).toEqual({ kind: 'entered', line: 'right' });
  });

  test('Ctrl-C interrupts, whatever stands there', () => {
    expect(typeAll(true, 'abc\u0003def\r').outcome).toEqual({ kind: 'interrupted' });
  });

  test('Ctrl-D ends an empty line only', () => {
    expect(typeAll(true, '\u0004').outcome).toEqual({ kind: 'ended' });
    expect(typeAll(true, 'a\u0004\r').outcome).toEqual({ kind: 'entered', line: 'a' });
  });

  test('cursor and function keys add nothing', () => {
    expect(typeAll(false, 'a\u001b[Ab\u001bOPc\u001b[15~\r').outcome).toEqual({
      kind: 'entered',
      line: 'abc',
    });
  });

  test('what is typed ahead of the next question is kept for it', () => {
    expect(typeAll(true, '1234\ryes\r').rest).toBe('yes\r');
  });

  test('any input at all: bounded, and hidden stays hidden', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (pieces) => {
        const { echo, outcome } = typeAll(true, ...pieces);
        expect(['', '\r\n']).toContain(echo);
        expect(JSON.stringify(outcome).length).toBeLessThan(20_000);
      }),
    );
  });
});
