import type { DesktopApi, ShellNotice } from './desktop-api.ts';
import type { Notice } from './notification-policy.ts';

/** Shows notices by the desktop's means; one for each profile, the newest. */
export class Notifier {
  readonly #api: Pick<DesktopApi, 'Notification'>;
  readonly #onClick: (profileId: string) => void;
  /** Held, because what is collected no longer answers a click. */
  readonly #shown = new Map<string, ShellNotice>();

  constructor(api: Pick<DesktopApi, 'Notification'>, onClick: (profileId: string) => void) {
    this.#api = api;
    this.#onClick = onClick;
  }

  show({ profileId, severity, title, body }: Notice): void {
    if (!this.#api.Notification.isSupported()) return;
    this.withdraw(profileId);
    const notice = new this.#api.Notification({
      title,
      body,
      // GNOME shows no banner for `low`; `critical` stays on the screen until it is clicked away.
      urgency: 'normal',
      silent: severity === 'info',
    });
    this.#shown.set(profileId, notice);
    notice.on('click', () => {
      this.#onClick(profileId);
    });
    notice.on('close', () => {
      if (this.#shown.get(profileId) === notice) this.#shown.delete(profileId);
    });
    notice.show();
  }

  /** What it says is over. */
  withdraw(profileId: string): void {
    const notice = this.#shown.get(profileId);
    this.#shown.delete(profileId);
    notice?.close();
  }

  withdrawAll(): void {
    for (const profileId of Array.from(this.#shown.keys())) this.withdraw(profileId);
  }
}
