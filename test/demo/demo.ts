import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { namespacesPossible } from '../support/namespace.ts';
import { runInUserNamespace } from '../support/user-namespace.ts';
import { demoInNamespaces } from './demo-in-namespaces.ts';
import { demoOverLoopback } from './demo-over-loopback.ts';
import { demoWithWindow } from './demo-with-window.ts';

const USAGE = `Usage: npm run demo                    a connection by itself, from beginning to end
       npm run demo -- --ui [--port N]  the window, to try it by hand
`;

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

function readOptions() {
  const { values } = parseArgs({
    options: {
      ui: { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      help: { type: 'boolean', default: false },
      // For the demo itself, when it goes on in a user namespace.
      socket: { type: 'string' },
    },
  });
  const port = Number(values.port);
  if (!/^\d+$/.test(values.port) || port > 65_535) throw new Error(`'${values.port}' is no port`);
  return { ...values, port };
}

async function main(): Promise<number> {
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  return options.ui ? demoWithWindow({ port: options.port, socketPath: options.socket }) : demo();
}

process.exitCode = await main();
