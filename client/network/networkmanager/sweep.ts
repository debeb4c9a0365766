import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import { type Result, err, ok } from '../../../shared/result.ts';
import type { NetworkPlan } from '../plan.ts';
import type { RoutingState } from '../policy-routing.ts';
import { ActivationWatch, activated, addTunnel, attach } from './activation.ts';
import { tunnelProfile } from './connection-profile.ts';
import { ActiveState, type NetworkManager } from './network-manager.ts';

const DEADLINE = 2_000;
/** For documentation (RFC 5737), so nobody's. A profile must have one. */
const NOBODYS_ADDRESS = '192.0.2.1';

/**
 * Rules and routes without a device stay in the kernel when tunnel and NetworkManager ended in the same moment. A user
 * may not remove them, but NetworkManager does when a profile goes that has the same ones: for a moment there is such a
 * tunnel, which takes no packets. The error is a detail for the log.
 */
export async function sweepRules(
  manager: NetworkManager,
  routing: RoutingState,
  interfaceName: string,
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
  const baseUuid = randomUUID();
  const profile = tunnelProfile({ ...facts, uuid: randomUUID() });
  const base = tunnelProfile({ ...facts, uuid: baseUuid });
  const added = await addTunnel(manager, { profile, base, baseUuid }, async () => {});
  if (!added.ok) return err(added.error.detail);
  const watch = await ActivationWatch.begin(manager, added.value.active);
  if (!watch.ok) return err(watch.error.detail);
  const tun = await attach(interfaceName, watch.value);
  const isActivated = tun.ok ? await activated(watch.value) : tun;
  const asked = await manager.deactivate(added.value.active, DEADLINE);
  if (asked.ok) await watch.value.reached(ActiveState.deactivated, DEADLINE);
  watch.value.stop();
  if (tun.ok) tun.value.close();
  return isActivated.ok ? ok(undefined) : err('the connection was not activated');
}
