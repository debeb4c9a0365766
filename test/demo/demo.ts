import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { namespacesPossible } from '../support/namespace.ts';
import { runInUserNamespace } from '../support/user-namespace.ts';
import { demoInNamespaces } from './demo-in-namespaces.ts';
import { demoOverLoopback } from './demo-over-loopback.ts';
import { demoWithWindow } from './demo-with-window.ts';

/**
 * `npm run demo`: the main job once, from nothing to traffic through the tunnel and back to nothing. As root in network
 * namespaces; as anybody else in a user namespace first, where that person is root; where neither is
 * possible over loopback, without the device.
 *
 * `npm run demo -- --ui [--port N]`: the same hosts, and the window to try it by hand.
 */
async function demo(): Promise<number> {
  const elsewhere = runInUserNamespace(fileURLToPath(import.meta.url));
  if (elsewhere !== undefined) return elsewhere;
  return namespacesPossible() ? demoInNamespaces() : demoOverLoopback();
}

const { values } = parseArgs({
  options: {
    ui: { type: 'boolean', default: false },
    port: { type: 'string', default: '0' },
    // For the demo itself, when it goes on in a user namespace.
    socket: { type: 'string' },
  },
});
process.exitCode = values.ui
  ? await demoWithWindow({ port: Number(values.port), socketPath: values.socket })
  : await demo();
