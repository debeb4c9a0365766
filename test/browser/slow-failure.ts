import type { FaultInput } from '../../emulator/faults.ts';
import { failureText } from '../../shared/failure-text.ts';
import { type Home, makeHome } from '../support/program.ts';
import type { WindowProgram } from '../support/window-program.ts';
import { BEN, type Office } from './office.ts';
import { VpnWindow } from './vpn-window.ts';

/**
 * A failure that takes its time: begun before other tests, looked at after them. By another person on the same
 * computer, who may not set up networks, and at another router.
 */
export class SlowFailure {
  readonly #parts: Promise<{ home: Home; program: WindowProgram; window: VpnWindow }>;

  private constructor(office: Office, walk: string, fault: FaultInput) {
    this.#parts = begin(office, walk, fault);
    // Whoever asks for the window hears of it.
    this.#parts.catch(() => undefined);
  }

  static begin(office: Office, walk: string, fault: FaultInput): SlowFailure {
    return new SlowFailure(office, walk, fault);
  }

  async window(): Promise<VpnWindow> {
    return (await this.#parts).window;
  }

  async close(): Promise<void> {
    const { home, program } = await this.#parts;
    await program.end();
    await home.remove();
  }
}

async function begin(office: Office, walk: string, fault: FaultInput) {
  const router = await office.openRouter({ faults: [fault] });
  const home = await makeHome();
  const program = office.startUnprivileged(home);
  const window = await VpnWindow.open(office.browser, program, walk, () => undefined);
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
  return { home, program, window };
}
