import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLog } from './log.ts';

describe('redaction', () => {
  test('a registered secret never appears, in any of the forms that it takes on the way', () => {
    const log = createLog();
    log.secret('hunter/2 "x"');
    const forms = [
      'hunter/2 "x"',
      Buffer.from('hunter/2 "x"').toString('base64'),
      encodeURIComponent('hunter/2 "x"'),
      JSON.stringify({ password: 'hunter/2 "x"' }),
    ];
    for (const form of forms) log.info(`sent ${form} to the router`);
    for (const line of log.lines()) {
      expect(line.text).toContain('•••');
      expect(line.text).not.toContain('hunter');
    }
    expect(log.lines()[0]?.text).toBe('sent ••• to the router');
  });

  test('lines written before a secret was registered are redacted when read', () => {
    const log = createLog();
    log.warn('code 6ed4e4 refused');
    log.secret('6ed4e4');
    expect(log.lines().map((line) => line.text)).toEqual(['code ••• refused']);
  });

  test('a secret inside a longer secret leaves no remainder', () => {
    const log = createLog();
    log.secret('1234');
    log.secret('1234-and-more');
    log.info('pin 1234-and-more');
    expect(log.lines()[0]?.text).toBe('pin •••');
  });

  test('an Authorization header is masked without being registered', () => {
    const log = createLog();
    log.debug('Authorization: Basic dXNlcjpwYXNz');
    expect(log.lines()[0]?.text).toBe('Authorization: Basic •••');
  });

  test('a value too short to be told from ordinary text is not registered', () => {
    const log = createLog();
    log.secret('');
    log.secret('abc');
    log.info('abc');
    expect(log.lines()[0]?.text).toBe('abc');
  });

  test('whatever stands around it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 4, maxLength: 8, unit: fc.constantFrom('a', 'b', '%', '=', '/', '"', '\\') }),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          const log = createLog();
          log.secret(secret);
          log.info(before + secret + after);
          expect(log.lines()[0]?.text).not.toContain(secret);
        },
      ),
    );
  });
});

describe('lines', () => {
  test('are bounded, the oldest falling out', () => {
    const log = createLog({ capacity: 3 });
    for (const text of ['a', 'b', 'c', 'd', 'e']) log.info(text);
    expect(log.lines().map((line) => line.text)).toEqual(['c', 'd', 'e']);
  });

  test('cannot be forged or steer a terminal', () => {
    const log = createLog();
    log.info('Welcome\r\n\x1b[31mred');
    expect(log.lines()[0]?.text).toBe('Welcome\\x0d\\x0a\\x1b[31mred');
  });

  test('below the level are dropped; the time is the clock’s', () => {
    const log = createLog({ level: 'warn', clock: () => 42 });
    log.info('no');
    log.error('yes');
    expect(log.lines()).toEqual([{ at: 42, level: 'error', text: 'yes' }]);
  });

  test('reach subscribers until they leave', () => {
    const log = createLog();
    const heard: string[] = [];
    const leave = log.subscribe((line) => heard.push(line.text));
    log.info('one');
    leave();
    log.info('two');
    expect(heard).toEqual(['one']);
  });
});
