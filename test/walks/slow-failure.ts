import type { FaultInput } from '../../emulator/faults.ts';
import { failureText } from '../../shared/failure-text.ts';
import { type Home, makeHome } from '../support/program.ts';
import { BEN } from './dial-in-users.ts';
import type { VpnWindow } from './vpn-window.ts';
import type { WalkScene } from './walk-scene.ts';

/**
 * A failure that takes its time: begun before other tests, looked at after them. By another person on the same
 * computer, who may not set up networks, and at another router.
 */
export class SlowFailure {
  readonly #parts: Promise<{ home: Home; window: VpnWindow }>;

  private constructor(office: WalkScene, walk: string, fault: FaultInput) {
    this.#parts = begin(office, walk, fault);
    // Whoever asks for the window hears of it.
    this.#parts.catch(() => undefined);
  }

  static begin(office: WalkScene, walk: string, fault: FaultInput): SlowFailure {
    return new SlowFailure(office, walk, fault);
  }

  async window(): Promise<VpnWindow> {
    return (await this.#parts).window;
  }

  async close(): Promise<void> {
    const { home, window } = await this.#parts;
    await window.close();
    await home.remove();
  }
}

async function begin(office: WalkScene, walk: string, fault: FaultInput) {
  const router = await office.openRouter({ faults: [fault] });
  const home = await makeHome();
  const window = await office.openUnprivileged(home, walk);
  await window.importProfiles([
    {
      name: 'Slow',
      server: office.server,
      port: router.port,
      userName: BEN.userName,
      advanced: { reconnect: false, keepAliveSeconds: 5 },
      trustedCertificate: {
        publicKeySha256: router.publicKeySha256,
        trustedAt: new Date().toISOString(),
      },
    },
  ]);
  await window.press('Connect');
  const { title, sentence, nextStep } = failureText({ kind: 'device-not-permitted', missing: 'privilege' });
  await window.failure(title);
  await window.page.getByText(sentence, { exact: true }).waitFor();
  await window.page.getByText(nextStep, { exact: true }).waitFor();
  await window.picture('not-permitted');
  await window.button('Test connection').click();
  await window.field('Password').fill(BEN.password);
  await window.answer('Connect');
  return { home, window };
}
