import { type Result, err, ok } from '../../shared/result.ts';
import type { CommandRunner } from './command-runner.ts';
import { isSlotFree } from './ip-command.ts';
import { type Journal, claimJournal } from './journal.ts';
import { hasIpv6 } from './kernel-ipv6.ts';
import { SLOT_COUNT, routingSlot } from './policy-routing.ts';
import type { NetworkFailure } from './tunnel-network.ts';

/**
 * The first routing slot that no process of ours has and nobody else's rules or routes are in, with its journal. `nameOf`
 * gives the device's name in a slot; undefined = not this slot.
 */
export async function claimSlot(
  folder: string,
  nameOf: (slot: number) => string | undefined,
  run: CommandRunner,
): Promise<Result<Journal, NetworkFailure>> {
  try {
    for (let number = 0; number < SLOT_COUNT; number += 1) {
      const interfaceName = nameOf(number);
      if (interfaceName === undefined) continue;
      const journal = await claimJournal(folder, number, interfaceName);
      if (journal === undefined) continue;
      const free = await isWhollyFree(number, run);
      if (free.ok && free.value) return ok(journal);
      await journal.remove();
      if (!free.ok) return free;
    }
    const detail = `all ${SLOT_COUNT} routing tables from 51820 on are in use`;
    return err({ kind: 'network-setup-failed', step: 'routing', detail });
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return err({ kind: 'network-setup-failed', step: 'journal', detail });
  }
}

/** Whether neither family has rules or routes there. */
export async function isWhollyFree(
  number: number,
  run: CommandRunner,
): Promise<Result<boolean, NetworkFailure>> {
  const slot = routingSlot(number);
  const [ipv4, ipv6] = await Promise.all([
    isSlotFree(run, 4, slot),
    hasIpv6() ? isSlotFree(run, 6, slot) : ok(true),
  ]);
  if (!ipv4.ok) return ipv4;
  if (!ipv6.ok) return ipv6;
  return ok(ipv4.value && ipv6.value);
}
