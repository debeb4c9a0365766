import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { sparingThisMachine } from './support/network-privilege.ts';
import { keepProfile, makeHome, startProgram } from './support/program.ts';
import { startSilentNetworkManager } from './support/silent-network-manager.ts';

const BUSES_POSSIBLE = spawnSync('dbus-daemon', ['--version']).status === 0;

test.skipIf(!BUSES_POSSIBLE)('Ctrl-C does not wait for a NetworkManager that answers nothing', async () => {
  const manager = await startSilentNetworkManager();
  const home = await makeHome();
  try {
    await keepProfile(home, { name: 'office', server: '127.0.0.1', userName: 'anna' });
    const program = startProgram(['connect', 'office', '--password-stdin'], {
      home,
      input: 'correct horse\n',
      prefix: sparingThisMachine(),
      environment: { DBUS_SYSTEM_BUS_ADDRESS: manager.address },
    });
    await manager.asked;
    program.kill('SIGINT');
    // What could not end by itself is ended after five seconds, and says nothing.
    expect(await program.ended).toMatchObject({ code: 130, stderr: expect.stringContaining('Interrupted.') });
  } finally {
    await Promise.all([manager.close(), home.remove()]);
  }
});
