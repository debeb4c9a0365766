import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import type { MenuItemConstructorOptions, MessageBoxOptions, NotificationConstructorOptions } from 'electron';
import type { ShellMenu, ShellNotice, ShellTray } from '../../../electron/desktop-api.ts';

/** Tray, menus, notifications and dialogs: what a desktop would show, kept for the tests to look at. */

export class Menu implements ShellMenu {
  static application: Menu | null = null;
  readonly items: readonly MenuItemConstructorOptions[];

  constructor(items: readonly MenuItemConstructorOptions[]) {
    this.items = items;
  }

  static buildFromTemplate(template: MenuItemConstructorOptions[]): Menu {
    return new Menu(template);
  }

  static setApplicationMenu(menu: ShellMenu | null): void {
    Menu.application = menu instanceof Menu ? menu : null;
  }
}

export class Tray extends EventEmitter implements ShellTray {
  static readonly all: Tray[] = [];
  image: string;
  toolTip = '';
  menu: Menu | null = null;
  menusSet = 0;

  constructor(image: string) {
    super();
    this.image = existing(image);
    Tray.all.push(this);
  }

  setImage(image: string): void {
    this.image = existing(image);
  }

  setToolTip(text: string): void {
    this.toolTip = text;
  }

  setContextMenu(menu: ShellMenu | null): void {
    this.menu = menu instanceof Menu ? menu : null;
    this.menusSet += 1;
  }

  destroy(): void {
    Tray.all.splice(Tray.all.indexOf(this), 1);
  }
}

/** Electron shows nothing for an image that is not there, and says nothing. */
function existing(image: string): string {
  if (!existsSync(image)) throw new Error(`no image at ${image}`);
  return image;
}

export class Notification extends EventEmitter implements ShellNotice {
  static readonly shown: Notification[] = [];
  readonly options: NotificationConstructorOptions;

  constructor(options: NotificationConstructorOptions) {
    super();
    this.options = options;
  }

  static isSupported(): boolean {
    return true;
  }

  show(): void {
    Notification.shown.push(this);
  }

  close(): void {
    this.emit('close');
  }
}

interface PendingQuestion {
  readonly options: MessageBoxOptions;
  readonly answer: (answer: { response: number }) => void;
}

export const questions: PendingQuestion[] = [];

export const dialog = {
  showMessageBox(options: MessageBoxOptions): Promise<{ response: number }> {
    return new Promise((resolve) => {
      questions.push({ options, answer: resolve });
    });
  },
};
