import { join } from 'node:path';
import type { TrayAction, TrayIcon, TrayView } from '../shared/tray.ts';
import type { DesktopApi, ShellTray } from './desktop-api.ts';
import { menuEntries } from './tray-menu.ts';

export interface TrayIconOptions {
  readonly api: Pick<DesktopApi, 'Tray' | 'Menu'>;
  readonly system: NodeJS.Platform;
  /** Holds `tray-<icon>.png`, with `@2x` beside each. */
  readonly imageFolder: string;
  readonly act: (action: TrayAction) => void;
  readonly onShow: () => void;
}

/** The tray while the desktop has one. */
export class TrayPresence {
  readonly #options: TrayIconOptions;
  #tray: ShellTray | undefined;
  #shown: TrayView | undefined;

  constructor(options: TrayIconOptions) {
    this.#options = options;
  }

  /** Undefined: the desktop has no place for it. */
  show(view: TrayView | undefined): void {
    if (view === undefined) return this.destroy();
    const before = this.#tray === undefined ? undefined : this.#shown;
    this.#shown = view;
    const tray = (this.#tray ??= this.#create(view.icon));
    if (before !== undefined && before.icon !== view.icon) tray.setImage(this.#image(view.icon));
    if (before?.tooltip !== view.tooltip) tray.setToolTip(view.tooltip);
    if (JSON.stringify(before?.menu) !== JSON.stringify(view.menu)) this.#setMenu(tray, view);
  }

  destroy(): void {
    this.#tray?.destroy();
    this.#tray = undefined;
    this.#shown = undefined;
  }

  #create(icon: TrayIcon): ShellTray {
    const { api, onShow } = this.#options;
    const tray = new api.Tray(this.#image(icon));
    tray.on('double-click', onShow);
    return tray;
  }

  /** On Linux a menu that has been handed over does not change: it is made and set anew. */
  #setMenu(tray: ShellTray, view: TrayView): void {
    const { api, system, act } = this.#options;
    tray.setContextMenu(api.Menu.buildFromTemplate(menuEntries(view.menu, system, act)));
  }

  #image(icon: TrayIcon): string {
    return join(this.#options.imageFolder, `tray-${icon}.png`);
  }
}
