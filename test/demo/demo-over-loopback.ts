import { makeHome, runProgram } from '../support/program.ts';
import { DEMO_USER } from './demo-account.ts';
import { check, say, step } from '../support/narration.ts';
import { RouterHost } from '../support/router-host.ts';

/** The same sign-in without device and namespaces: router and client on this machine's loopback. */
export async function demoOverLoopback(): Promise<number> {
  step('Network namespaces cannot be made here, so this goes over loopback, without a network device');
  const home = await makeHome();
  const router = await RouterHost.start({
    listen: { host: '127.0.0.1', port: 0 },
    users: [{ userName: DEMO_USER.userName, motp: { pin: DEMO_USER.pin, secret: DEMO_USER.secret } }],
  });
  try {
    const server = `127.0.0.1:${router.port}`;
    const add = [
      'profile',
      'add',
      'office',
      '--server',
      server,
      '--user-name',
      DEMO_USER.userName,
      '--authentication',
      'motp',
    ];
    const added = await runProgram(add, { home });
    const test = await runProgram(
      ['test', 'office', '--motp-secret-fd', '3', '--pin-fd', '4', '--trust-fingerprint', router.fingerprint],
      { home, descriptors: [`${DEMO_USER.secret}\n`, `${DEMO_USER.pin}\n`] },
    );
    for (const line of test.stdout.trimEnd().split('\n')) say(line);
    const held = [
      check(added.code === 0, `smartvpn ${add.join(' ')}`),
      check(
        test.code === 0,
        'smartvpn test office: signed in with a one-time password and reached the router in the tunnel',
      ),
    ];
    return held.every(Boolean) ? 0 : 1;
  } finally {
    await router.close();
    await home.remove();
  }
}
