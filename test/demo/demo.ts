import { fileURLToPath } from 'node:url';
import { namespacesPossible } from '../support/namespace.ts';
import { runInUserNamespace } from '../support/user-namespace.ts';
import { demoInNamespaces } from './demo-in-namespaces.ts';
import { demoOverLoopback } from './demo-over-loopback.ts';

/**
 * `npm run demo`: the main job once, from nothing to traffic through the tunnel and back to nothing. As root in network
 * namespaces; as anybody else in a user namespace first, where that person is root; where neither is
 * possible over loopback, without the device.
 */
async function demo(): Promise<number> {
  const elsewhere = runInUserNamespace(fileURLToPath(import.meta.url));
  if (elsewhere !== undefined) return elsewhere;
  return namespacesPossible() ? demoInNamespaces() : demoOverLoopback();
}

process.exitCode = await demo();
