import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { NetworkPlan } from '../plan.ts';
import type { RoutingState } from '../policy-routing.ts';
import { ActivationWatch, activated, addTunnel, attach, deactivate } from './activation.ts';
import { BaseProfile } from './base-profile.ts';
import { tunnelProfile } from './connection-profile.ts';
import type { NetworkManager } from './network-manager.ts';

/** Milliseconds. */
const ACTIVATED_DEADLINE = 10_000;
const UNDO_DEADLINE = 2_000;
/** For documentation (RFC 5737), so nobody's. A profile must have one. */
const NOBODYS_ADDRESS = '192.0.2.1';

/**
 * Rules and routes without a device stay in the kernel when tunnel and NetworkManager ended in the same moment. A user
 * may not remove them, but NetworkManager does when a profile goes that has the same ones: for a moment there is such a
 * tunnel, which takes no packets. `until`: then it is given up. The error is a detail for the log.
 */
export async function sweepRules(
  manager: NetworkManager,
  routing: RoutingState,
  interfaceName: string,
  until: AbortSignal,
): Promise<Result<void, string>> {
  const plan: NetworkPlan = {
    interfaceName,
    address: NOBODYS_ADDRESS,
    gateway: NOBODYS_ADDRESS,
    mtu: 1280,
    mode: 'split',
    routes: [],
    endpoint: routing.endpoint,
    dns: [],
    searchDomains: [],
  };
  const { uid, username } = userInfo();
  const facts = {
    plan,
    routing,
    interfaceName,
    dns: undefined,
    uid,
    userName: uid === 0 ? undefined : username,
    tag: '',
    hasLinkSettings: false,
  };
  const uuid = randomUUID();
  const profile = tunnelProfile({ ...facts, uuid });
  const added = await addTunnel(manager, profile, new BaseProfile(facts), async () => {});
  if (!added.ok) return err(added.error.detail);
  const watch = await ActivationWatch.begin(manager, added.value);
  if (!watch.ok) return err(watch.error.detail);
  const late = AbortSignal.any([until, AbortSignal.timeout(ACTIVATED_DEADLINE)]);
  const tun = await attach(interfaceName, watch.value, late);
  const isActivated = tun.ok ? await activated(watch.value, late) : tun;
  const undone = AbortSignal.timeout(UNDO_DEADLINE);
  await deactivate(manager.until(undone), uuid, undone);
  if (tun.ok) tun.value.close();
  return isActivated.ok ? ok(undefined) : err('the connection was not activated');
}
