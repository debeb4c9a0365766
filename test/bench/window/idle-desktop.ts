import { profileDraftSchema } from '../../../shared/profile-draft.ts';
import { DesktopTrial, call, KEEP, stateOf } from '../../electron/desktop-trial.ts';
import { RouterHost } from '../../support/router-host.ts';
import type { Cleanup } from '../cleanup.ts';

const USER = { userName: 'bench', password: 'worth-nothing-elsewhere' } as const;
const LOOK_MILLISECONDS = 50;
const MOST_LOOKS = 600;

/** The desktop shell on the double of Electron, signed in without a device, its window closed to the tray. */
export async function startIdleDesktop(
  cleanup: Cleanup,
): Promise<{ readonly main: number; readonly tunnel: readonly number[] }> {
  const trial = await DesktopTrial.prepare();
  cleanup.add(() => trial.close());
  await trial.begin();
  cleanup.add(() => trial.end());
  const router = await RouterHost.start({ listen: { host: '127.0.0.1', port: 0 }, users: [{ ...USER }] });
  cleanup.add(() => router.close());
  const run = await trial.start();
  const { page } = run;
  const secrets = { ...KEEP, password: { change: 'set', value: USER.password } } as const;
  const { port, publicKeySha256 } = router;
  const profile = profileDraftSchema.parse({
    name: 'Office',
    server: '127.0.0.1',
    port,
    userName: USER.userName,
  });
  const { profile: saved } = await call(page, 'addProfile', { profile, secrets });
  const profileId = saved.id;
  const until = async (wanted: string): Promise<void> => {
    for (let look = 0; look < MOST_LOOKS; look++) {
      const { state } = await stateOf(page, profileId);
      if (state === wanted) return;
      await page.waitForTimeout(LOOK_MILLISECONDS);
    }
    throw new Error(`not ${wanted} in time`);
  };
  await call(page, 'connect', { profileId, purpose: 'test' });
  await until('prompting');
  await call(page, 'trustCertificate', { profileId, publicKeySha256 });
  await until('connected');
  await run.perform({ do: 'close-window' });
  const { tunnelProcesses } = await run.seen(({ window }) => window?.isVisible === false);
  return { main: run.pid, tunnel: tunnelProcesses };
}
