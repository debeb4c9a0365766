import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { namespacesPossible } from '../support/namespace.ts';
import { demoInNamespaces } from './demo-in-namespaces.ts';
import { demoOverLoopback } from './demo-over-loopback.ts';

/**
 * `npm run demo`: the main job once, from nothing to traffic through the tunnel and back to nothing. As root in network
 * namespaces; as anybody else in a user namespace first, where that person is root; where neither is
 * possible over loopback, without the device.
 */
const OWN_USER_NAMESPACE = 'SMARTVPN_DEMO_IN_USER_NAMESPACE';

async function demo(): Promise<number> {
  if (namespacesPossible()) return demoInNamespaces();
  if (process.env[OWN_USER_NAMESPACE] === undefined) {
    const inside = [process.execPath, fileURLToPath(import.meta.url)];
    const probe = spawnSync('unshare', ['--user', '--map-root-user', '--net', '--mount', 'true']);
    if (probe.status === 0) {
      const run = spawnSync('unshare', ['--user', '--map-root-user', '--net', '--mount', ...inside], {
        stdio: 'inherit',
        env: { ...process.env, [OWN_USER_NAMESPACE]: '1' },
      });
      return run.status ?? 1;
    }
  }
  return demoOverLoopback();
}

process.exitCode = await demo();
