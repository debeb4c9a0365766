import { describe, expect, test } from 'vitest';
import { Syslog, syslogLine } from './syslog.ts';

describe('Syslog', () => {
  test("the router's words", () => {
    expect(syslogLine.dialIn()).toBe('[SSLTunnel] Dial-in protocol version 0.');
    expect(syslogLine.up('alice')).toBe('[H2L][UP][SSLTunnel][@alice]');
    expect(syslogLine.down('alice')).toBe('[H2L][DOWN][SSLTunnel][@alice]');
    expect(syslogLine.drop('alice', 7)).toBe('PPP Drop VPN : Remote Dial-in User, Name = alice, ifno=7');
  });

  test('keeps the last lines', () => {
    const syslog = new Syslog(10);
    for (let i = 0; i < 1000; i += 1) {
      syslog.write(`${i}`);
      expect(syslog.lines().at(-1)).toBe(`${i}`);
      expect(syslog.lines().length).toBe(Math.min(i + 1, 10));
    }
    expect(syslog.lines()[0]).toBe('990');
  });

  test('a name cannot forge a line', () => {
    const syslog = new Syslog(10);
    syslog.write(syslogLine.up('a]\r\n[H2L][UP][SSLTunnel][@admin'));
    expect(syslog.lines()).toEqual(['[H2L][UP][SSLTunnel][@a]??[H2L][UP][SSLTunnel][@admin]']);
  });

  test('a name cannot turn the line around either', () => {
    const syslog = new Syslog(10);
    syslog.write(syslogLine.refused('a\u202Enimda\u2028', '203.0.113.7', 'unknown user'));
    expect(syslog.lines()).toEqual([
      '[SSLTunnel] Login refused: user a?nimda? from 203.0.113.7, unknown user',
    ]);
  });

  test('a name as long as a head fills no memory, and hides nothing of the line', () => {
    expect(syslogLine.refused('x'.repeat(6000), '203.0.113.7', 'unknown user')).toBe(
      `[SSLTunnel] Login refused: user ${'x'.repeat(64)}… from 203.0.113.7, unknown user`,
    );
  });

  test('subscribers hear each line until they leave', () => {
    const syslog = new Syslog(10);
    const heard: string[] = [];
    const leave = syslog.subscribe((line) => heard.push(line));
    syslog.write('one');
    leave();
    syslog.write('two');
    expect(heard).toEqual(['one']);
  });
});
