import { holdingNetwork } from '../../client/network/holding-network.ts';
import { createIproute2Network } from '../../client/network/iproute2-network.ts';
import { createLog } from '../../client/log.ts';
import { startSession } from '../../client/session/session.ts';
import type { SessionOptions } from '../../client/session/session-types.ts';

/**
 * A session with a device in the network namespace it runs in: `node tunnel-client.ts STATE-FOLDER`, the session's
 * options as JSON on the standard input. Prints the tunnel's facts as a line of JSON when it is connected, and the
 * end when it has ended; ends with its standard input.
 */
async function run(): Promise<void> {
  const [stateFolder = ''] = process.argv.slice(2);
  process.stdin.setEncoding('utf8');
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.endsWith('\n')) break;
  }
  const options: SessionOptions = JSON.parse(text);
  const network = holdingNetwork(createIproute2Network({ stateFolder }));
  const session = startSession(options, { network, log: createLog() }, (event) => {
    if (event.kind === 'connected') process.stdout.write(`${JSON.stringify(event.tunnel)}\n`);
  });
  process.once('SIGTERM', () => void session.cancel());
  process.stdout.write(`${JSON.stringify(await session.ended)}\n`);
}

await run();
