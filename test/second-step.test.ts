import { describe, expect, onTestFinished, test } from 'vitest';
import { SecondStep } from '../client/session/second-step.ts';
import type { StartTimer } from '../client/session/start-timer.ts';
import { createBuiltInLan } from '../emulator/lan/built-in-lan.ts';
import { encodeIcmpUnreachable, UnreachableCode } from '../shared/ip/icmp.ts';
import { parseIpv4 } from '../shared/ip/ipv4.ts';
import { parseIpv4Address } from '../shared/ip/ipv4-address.ts';
import { encodeResetFor, parseTcp } from '../shared/ip/tcp-segment.ts';
import { TcpServer } from '../shared/ip/tcp-server.ts';
import type { TcpServerOptions } from '../shared/ip/tcp-server.ts';
import { MemoryTunnel } from './support/memory-tunnel.ts';

const ADDRESS = '192.168.240.121';
const GATEWAY = '192.168.240.1';

/** Timers that run when the test says so. */
function manualTimers() {
  const pending = new Map<() => void, number>();
  const startTimer: StartTimer = (milliseconds, callback) => {
    pending.set(callback, milliseconds);
    return () => {
      pending.delete(callback);
    };
  };
  const runNext = (): void => {
    const next = [...pending].toSorted((a, b) => a[1] - b[1])[0];
    if (next !== undefined) {
      pending.delete(next[0]);
      next[0]();
    }
  };
  return { pending, startTimer, runNext };
}

/** A client's second step whose packets go to `answer`, which may answer at once. */
function client(answer: (packet: Uint8Array, reply: (packet: Uint8Array) => void) => void) {
  const timers = manualTimers();
  const sent: Uint8Array[] = [];
  let seed = 0;
  const step: SecondStep = new SecondStep({
    address: ADDRESS,
    gateway: GATEWAY,
    mtu: 1442,
    random32: () => (seed += 0x9e3779b9) >>> 0,
    startTimer: timers.startTimer,
    send: (packet) => {
      sent.push(packet);
      // As a link does it: not from within send().
      queueMicrotask(() => {
        answer(packet, (reply) => step.receive(reply, 0, reply.length));
      });
    },
  });
  onTestFinished(() => {
    step.close();
    expect(timers.pending.size).toBe(0);
  });
  return { step, sent, timers };
}

/** A router that owes its user one code, with the real LAN of the emulator. */
function againstEmulator(state: { due: boolean; codes: string[]; tried: string[] }) {
  const lan = createBuiltInLan({ gateway: GATEWAY });
  onTestFinished(() => lan.close());
  const tunnel = new MemoryTunnel(lan, ADDRESS, {
    secondStep: {
      ifno: 23,
      due: () => state.due,
      submit: (otp) => {
        state.tried.push(otp);
        const accepted = state.codes.includes(otp);
        state.due = !accepted;
        return accepted;
      },
    },
  });
  return client((packet, reply) => {
    tunnel.onPacket = reply;
    tunnel.say(packet);
  });
}

/** A web server of another make. */
function againstServer(respond: TcpServerOptions['respond']) {
  const server = new TcpServer({
    maximumConnections: 4,
    maximumSegmentSize: 536,
    maximumRequest: 8192,
    idleMilliseconds: 10_000,
    initialSequence: () => 5,
    listens: () => true,
    respond,
  });
  return client((packet, reply) => {
    const header = parseIpv4(packet, 0, packet.length);
    for (const effect of header === undefined ? [] : server.receive(packet, header)) {
      if (effect.kind === 'send') {
        reply(effect.packet);
      }
    }
  });
}

const text = (response: string) => () => Uint8Array.from(response, (c) => c.charCodeAt(0));

describe('against the emulator', () => {
  test('a code is due; a wrong one is rejected, the right one accepted; then none is due', async () => {
    const state = { due: true, codes: ['123456'], tried: [] };
    const { step } = againstEmulator(state);
    expect(await step.check()).toEqual({ kind: 'due', interfaceNumber: 23 });
    expect(await step.submit(23, '654321')).toEqual({ kind: 'rejected' });
    expect(await step.check()).toEqual({ kind: 'due', interfaceNumber: 23 });
    expect(await step.submit(23, ' 123 456 ')).toEqual({ kind: 'accepted' });
    expect(await step.check()).toEqual({ kind: 'none-due', because: 'other-answer' });
    expect(state.tried).toEqual(['654321', '123456']);
  });

  test('a code for another tunnel is rejected and not used up', async () => {
    const state = { due: true, codes: ['123456'], tried: [] };
    const { step } = againstEmulator(state);
    expect(await step.submit(24, '123456')).toEqual({ kind: 'rejected' });
    expect(state).toMatchObject({ due: true, tried: [] });
  });

  test.each(['', 'abcdef', '12 34x', '1&ifno=9', '12345678901234567'])(
    '%j is no code and is not sent',
    async (code) => {
      const { step, sent } = againstEmulator({ due: true, codes: [code], tried: [] });
      expect(await step.submit(23, code)).toEqual({ kind: 'rejected' });
      expect(sent).toEqual([]);
    },
  );

  test('nothing but the second step itself is sent before the code was accepted', async () => {
    const state = { due: true, codes: ['123456'], tried: [] };
    const { step, sent } = againstEmulator(state);
    await step.check();
    await step.submit(23, '123456');
    const gateway = parseIpv4Address(GATEWAY);
    const headers = sent.map((packet) => parseIpv4(packet, 0, packet.length));
    expect(headers.every((header) => header?.destination === gateway && header?.protocol === 6)).toBe(true);
  });
});

describe('against others', () => {
  test.each([
    ['a front page', 'HTTP/1.0 200 OK\r\n\r\n<html>', 'other-answer'],
    [
      'a redirect elsewhere',
      'HTTP/1.1 302 Found\r\nLocation: https://192.168.240.1/weblogin.htm\r\n\r\n',
      'other-answer',
    ],
    ['a redirect without ifno', 'HTTP/1.1 302 Found\r\nLocation: /vpnmfa.htm?otp=\r\n\r\n', 'other-answer'],
    [
      'the page without a redirect',
      'HTTP/1.1 200 OK\r\nLocation: /vpnmfa.htm?ifno=1&otp=&act=0\r\n\r\n',
      'other-answer',
    ],
    ['no HTTP at all', 'SSH-2.0-dropbear\r\n', 'other-answer'],
    ['an end inside the head', 'HTTP/1.0 302 Fo', 'other-answer'],
  ])('%s: none due', async (_, response, because) => {
    expect(await againstServer(text(response)).step.check()).toEqual({ kind: 'none-due', because });
  });

  test.each([
    '/vpnmfa.htm?ifno=7&otp=&act=0',
    'vpnmfa.htm?ifno=7&otp=&act=0',
    'http://192.168.240.1/vpnmfa.htm?ifno=7&otp=&act=0',
    '/vpnmfa.htm?act=0&ifno=7',
  ])('a redirect to %s: due', async (location) => {
    const { step } = againstServer(text(`HTTP/1.0 302 Found\r\nlocation:${location}\r\n\r\n`));
    expect(await step.check()).toEqual({ kind: 'due', interfaceNumber: 7 });
  });

  test('another status to the code is a protocol error', async () => {
    const { step } = againstServer(text('HTTP/1.0 404 Not Found\r\n\r\n'));
    expect(await step.submit(7, '123456')).toMatchObject({
      kind: 'protocol-error',
      code: 'negotiation-failed',
    });
    const cut = againstServer(text('HTTP/1.0 20'));
    expect(await cut.step.submit(7, '123456')).toMatchObject({
      kind: 'protocol-error',
      code: 'http-malformed',
    });
  });

  test('a closed port: none due, at once', async () => {
    const { step } = client((packet, reply) => {
      const header = parseIpv4(packet, 0, packet.length);
      const segment = header && parseTcp(packet, header);
      const reset = header && segment && encodeResetFor(header, segment);
      if (reset !== undefined) {
        reply(reset);
      }
    });
    expect(await step.check()).toEqual({ kind: 'none-due', because: 'refused' });
  });

  test('ICMP says that nobody is there: none due, at once', async () => {
    const { step } = client((packet, reply) => {
      const gateway = parseIpv4Address(GATEWAY) ?? 0;
      const answer = encodeIcmpUnreachable(gateway, UnreachableCode.port, packet, 0, packet.length);
      if (answer !== undefined) {
        reply(answer);
      }
    });
    expect(await step.check()).toEqual({ kind: 'none-due', because: 'refused' });
  });

  test('silence: none due after 2 s, no answer to a code after 10 s', async () => {
    const { step, timers } = client(() => {});
    const check = step.check();
    expect([...timers.pending.values()].toSorted((a, b) => a - b)).toEqual([1000, 2000]);
    timers.runNext();
    expect([...timers.pending.values()].toSorted((a, b) => a - b)).toEqual([2000, 2000]);
    timers.runNext();
    timers.runNext();
    expect(await check).toEqual({ kind: 'none-due', because: 'no-answer' });
    const submission = step.submit(7, '123456');
    expect(Math.max(...timers.pending.values())).toBe(10_000);
    step.close();
    expect(await submission).toEqual({ kind: 'no-answer' });
  });

  test('a server that never closes does not hold the answer up', async () => {
    const { step } = againstServer(({ finished }) => (finished ? new Uint8Array(0) : undefined));
    const check = step.check();
    step.close();
    expect(await check).toEqual({ kind: 'none-due', because: 'no-answer' });
  });

  test('packets of others are not taken', async () => {
    const { step } = client(() => {});
    const check = step.check();
    const bytes = Uint8Array.from({ length: 60 }, (_, i) => i);
    expect(step.receive(bytes, 0, bytes.length)).toBe(false);
    step.close();
    expect(step.receive(bytes, 0, bytes.length)).toBe(false);
    await check;
  });
});
