import process from 'node:process';
import { holdingNetwork } from '../client/network/holding-network.ts';
import { createSystemNetwork } from '../client/network/system-network.ts';
import { startSession } from '../client/session/session.ts';
import { hostTunnels } from '../client/tunnel-process/tunnel-host.ts';
import { parentLink } from './parent-link.ts';

/**
 * Entry of the utility process in which tunnels run. Its one argument is the folder that keeps what must be
 * undone after a crash. It ends with the main process.
 */
const [stateFolder] = process.argv.slice(2);
if (stateFolder === undefined) throw new Error('the state folder is missing');
hostTunnels({
  link: parentLink(process.parentPort),
  startSession,
  network: holdingNetwork(createSystemNetwork({ stateFolder })),
});
