import { expect, test } from 'vitest';
import { silentTun } from '../../datapath/testing/silent-tun.ts';
import type { TunDevice } from '../../datapath/tun-device.ts';
import { err, ok } from '../../shared/result.ts';
import { holdingNetwork } from './holding-network.ts';
import type { NetworkPlan } from './plan.ts';
import type { TunnelNetwork } from './tunnel-network.ts';

const PLAN: NetworkPlan = {
  interfaceName: 'svpn0',
  address: '192.168.240.10',
  gateway: '192.168.240.1',
  mtu: 1442,
  mode: 'full',
  routes: ['192.168.240.1/32'],
  endpoint: '203.0.113.1',
  dns: ['192.168.240.1'],
  searchDomains: [],
};
const ELSEWHERE: NetworkPlan = { ...PLAN, address: '192.168.240.11' };

/** A machine that keeps a list of what was done to it. */
class Machine implements TunnelNetwork {
  readonly done: string[] = [];
  /** Packets that wait in each device. */
  readonly waiting = new Map<string, number>();
  readonly deleted = new Set<string>();
  /** Says that a tunnel’s routes are gone. */
  lose: () => void = () => undefined;
  refuses = false;
  untilDown = Promise.resolve();

  check = async () => ok(undefined);
  recover = async () => [];

  async bringUp({ address }: NetworkPlan) {
    if (this.refuses) return err({ kind: 'network-setup-failed', step: 'routing', detail: '' } as const);
    this.done.push(`up ${address}`);
    const takeDown = async (): Promise<void> => {
      this.done.push(`down ${address}`);
      await this.untilDown;
    };
    const onLost = (listener: (detail: string) => void): void => {
      this.lose = () => listener('NetworkManager refuses');
    };
    return ok({ tun: this.#device(address), takeDown, onLost });
  }

  #device(name: string): TunDevice {
    return silentTun(name, {
      read: () => {
        if (this.deleted.has(name)) return -1;
        const waiting = this.waiting.get(name) ?? 0;
        this.waiting.set(name, Math.max(0, waiting - 1));
        return waiting > 0 ? 100 : 0;
      },
    });
  }
}

function start() {
  const machine = new Machine();
  const network = holdingNetwork(machine);
  const told: boolean[] = [];
  network.onBlocking((isBlocking) => told.push(isBlocking));
  const bringUp = async (plan: NetworkPlan) => {
    const up = await network.bringUp(plan, new AbortController().signal);
    if (!up.ok) throw new Error(up.error.kind);
    return up.value;
  };
  return { machine, network, told, bringUp };
}

test('what is not held comes and goes as it always did', async () => {
  const { machine, told, bringUp } = start();
  await (await bringUp(PLAN)).takeDown();
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10']);
  expect(told).toEqual([]);
});

test('what is held and fits is handed on with an empty queue', async () => {
  const { machine, network, told, bringUp } = start();
  const first = await bringUp(PLAN);
  first.hold();
  expect(network.isBlocking).toBe(true);
  machine.waiting.set(PLAN.address, 5000);
  const second = await bringUp({ ...PLAN, interfaceName: 'svpn7' });
  expect(second.tun).toBe(first.tun);
  expect(machine.waiting.get(PLAN.address)).toBe(0);
  expect(machine.done).toEqual(['up 192.168.240.10']);
  await second.takeDown();
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10']);
  expect(told).toEqual([true, false]);
});

test('what is held and does not fit goes once its successor is there', async () => {
  const { machine, network, told, bringUp } = start();
  (await bringUp(PLAN)).hold();
  await bringUp(ELSEWHERE);
  expect(machine.done).toEqual(['up 192.168.240.10', 'up 192.168.240.11', 'down 192.168.240.10']);
  expect(network.isBlocking).toBe(false);
  expect(told).toEqual([true, false]);
});

test('a successor that cannot be brought up leaves it held', async () => {
  const { machine, network, bringUp } = start();
  (await bringUp(PLAN)).hold();
  machine.refuses = true;
  expect((await network.bringUp(ELSEWHERE, new AbortController().signal)).ok).toBe(false);
  expect(network.isBlocking).toBe(true);
  await network.release();
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10']);
  expect(network.isBlocking).toBe(false);
});

test('a device that somebody deletes blocks nothing any longer, and what is left of it goes', async () => {
  const { machine, network, told, bringUp } = start();
  (await bringUp(PLAN)).hold();
  machine.deleted.add(PLAN.address);
  network.verify();
  expect(told).toEqual([true, false]);
  await network.release();
  await bringUp(PLAN);
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10', 'up 192.168.240.10']);
});

test('what is being taken down is not handed on', async () => {
  const { machine, network, bringUp } = start();
  (await bringUp(PLAN)).hold();
  const { promise, resolve } = Promise.withResolvers<void>();
  machine.untilDown = promise;
  const releasing = network.release();
  const next = bringUp(PLAN);
  resolve();
  await Promise.all([releasing, next]);
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10', 'up 192.168.240.10']);
});

test('a device that is gone already is not held', async () => {
  const { machine, network, bringUp } = start();
  const up = await bringUp(PLAN);
  machine.deleted.add(PLAN.address);
  up.hold();
  expect(network.isBlocking).toBe(false);
  await network.release();
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10']);
});

test('nothing is released twice, and nothing that is in use', async () => {
  const { machine, network, bringUp } = start();
  await network.release();
  const up = await bringUp(PLAN);
  await network.release();
  expect(machine.done).toEqual(['up 192.168.240.10']);
  up.hold();
  await Promise.all([network.release(), network.release()]);
  expect(machine.done.filter((each) => each.startsWith('down')).length).toBeGreaterThan(0);
  expect(network.isBlocking).toBe(false);
});

test('what is held and loses its routes blocks nothing any more, and is taken down', async () => {
  const { machine, network, told, bringUp } = start();
  (await bringUp(PLAN)).hold();
  machine.lose();
  expect(network.isBlocking).toBe(false);
  expect(told).toEqual([true, false]);
  expect(machine.done).toEqual(['up 192.168.240.10', 'down 192.168.240.10']);
});
