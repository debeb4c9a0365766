import { describe, expect, test } from 'vitest';
import { FaultPlan, faultSchema } from './faults.ts';

describe('faultSchema', () => {
  test.each([
    { stage: 'tcp', action: 'refuse' },
    { stage: 'tls', action: 'plain-http' },
    { stage: 'connect', action: 'http-status', status: 502 },
    { stage: 'lcp', action: 'slow', millisecondsPerByte: 5 },
    { stage: 'ipcp', action: 'renegotiate', sessions: 2 },
    { stage: 'connected', action: 'silent', afterMilliseconds: 0 },
  ])('takes %j', (fault) => {
    expect(faultSchema.safeParse(fault).error).toBeUndefined();
  });

  test.each([
    { stage: 'tcp', action: 'refuse', sessions: 1 },
    { stage: 'tcp', action: 'renegotiate' },
    { stage: 'tls', action: 'http-status', status: 200 },
    { stage: 'lcp', action: 'silent' },
    { stage: 'ipcp', action: 'expire' },
    { stage: 'connect', action: 'slow' },
    { stage: 'lcp', action: 'drop', afterMilliseconds: 1 },
    { stage: 'connected', action: 'ssh-banner' },
    { stage: 'connected', action: 'drop', sessions: 0 },
    { stage: 'nowhere', action: 'drop' },
  ])('refuses %j', (fault) => {
    expect(faultSchema.safeParse(fault).success).toBe(false);
  });
});

describe('FaultPlan', () => {
  test('strikes the next n sessions, those that were armed too early not among them', () => {
    const plan = new FaultPlan([{ stage: 'lcp', action: 'drop', sessions: 2 }]);
    const armed = [plan.arm(), plan.arm(), plan.arm()];
    expect(armed.map((one) => one?.strike())).toEqual([true, true, false]);
    expect(plan.arm()).toBeUndefined();
  });

  test('one that only was armed costs nothing', () => {
    const plan = new FaultPlan([{ stage: 'connected', action: 'drop', afterMilliseconds: 0, sessions: 1 }]);
    plan.arm();
    expect(plan.arm()?.strike()).toBe(true);
  });

  test('the faults come one after the other', () => {
    const plan = new FaultPlan([
      { stage: 'lcp', action: 'drop', sessions: 1 },
      { stage: 'tls', action: 'stall', sessions: 'all' },
    ]);
    plan.arm()?.strike();
    for (let i = 0; i < 3; i += 1) {
      expect(plan.arm()?.fault.stage).toBe('tls');
      expect(plan.arm()?.strike()).toBe(true);
    }
  });

  test('only "refuse" at tcp closes the port', () => {
    expect(new FaultPlan([{ stage: 'tcp', action: 'refuse' }]).refusesConnections).toBe(true);
    expect(new FaultPlan([{ stage: 'tls', action: 'refuse', sessions: 'all' }]).refusesConnections).toBe(
      false,
    );
  });
});
