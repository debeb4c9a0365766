import { basename } from 'node:path';
import type { MenuItemConstructorOptions } from 'electron';
import { z } from 'zod';
import { assertNever } from '../../../shared/assert-never.ts';
import { deedSchema, type Deed, type Desk, type MenuLine } from '../desk-view.ts';
import { PreventableDouble } from './app.ts';
import { BrowserWindow } from './browser-window.ts';
import { Menu, Notification, questions, Tray } from './desk.ts';
import type { ElectronDouble } from './electron.ts';

interface Controlled {
  readonly electron: ElectronDouble;
  readonly opened: readonly string[];
}

const messageSchema = z.object({ id: z.number(), deed: deedSchema });

/** Deeds come over the channel to the process that started this one, and each is answered. */
export function obeyTheTest(controlled: Controlled): void {
  process.on('message', (message) => {
    const { id, deed } = messageSchema.parse(message);
    void answer(id, deed, controlled);
  });
}

async function answer(id: number, deed: Deed, controlled: Controlled): Promise<void> {
  try {
    process.send?.({ id, answer: await perform(deed, controlled) });
  } catch (error) {
    process.send?.({ id, refusal: error instanceof Error ? error.message : String(error) });
  }
}

function perform(deed: Deed, { electron, opened }: Controlled): unknown {
  const window = BrowserWindow.all.at(-1);
  switch (deed.do) {
    case 'look':
      return look(electron, opened);
    case 'choose-in-tray':
      return choose(Tray.all.at(-1)?.menu?.items ?? [], deed.labels);
    case 'double-click-tray':
      return Tray.all.at(-1)?.emit('double-click');
    case 'close-window':
      return window?.close();
    case 'focus':
      return deed.isFocused ? window?.focus() : window?.blur();
    case 'click-notice':
      return Notification.shown.at(deed.index)?.emit('click');
    case 'answer':
      return answerQuestion(deed.button);
    case 'quit':
      return electron.app.quit();
    case 'end-session':
      return electron.powerMonitor.emit('shutdown');
    case 'ask-permission':
      return electron.session.defaultSession.ask(deed.permission);
    case 'open-window':
      return window?.webContents.openWindow(deed.url);
    case 'download': {
      const event = new PreventableDouble();
      electron.session.defaultSession.emit('will-download', event, { getURL: () => deed.url });
      return !event.isPrevented;
    }
    case 'foreign-call':
      return electron.ipcMain.invoke(foreignEvent(deed.sender, window), deed.channel, {});
    default:
      return assertNever(deed);
  }
}

function foreignEvent(
  sender: Extract<Deed, { do: 'foreign-call' }>['sender'],
  window: BrowserWindow | undefined,
) {
  const contents = window?.webContents;
  const own = 'smartvpn://app/index.html';
  switch (sender) {
    case 'gone':
      return { sender: contents, senderFrame: null };
    case 'other-window':
      return { sender: {}, senderFrame: { url: own, parent: null } };
    case 'subframe':
      return { sender: contents, senderFrame: { url: own, parent: contents?.mainFrame } };
    case 'other-page':
      return { sender: contents, senderFrame: { url: 'https://evil.example/index.html', parent: null } };
    default:
      return assertNever(sender);
  }
}

function look(electron: ElectronDouble, opened: readonly string[]): Desk {
  const window = BrowserWindow.all.at(-1);
  const tray = Tray.all.at(-1);
  return {
    ...(window === undefined
      ? {}
      : {
          window: {
            isVisible: window.isVisible(),
            isMinimised: window.isMinimized(),
            isMaximised: window.isMaximized(),
            backgroundColor: window.options.backgroundColor ?? '',
            bounds: window.getNormalBounds(),
          },
        }),
    ...(tray === undefined
      ? {}
      : {
          tray: {
            image: basename(tray.image, '.png'),
            toolTip: tray.toolTip,
            menu: lines(tray.menu?.items ?? []),
          },
        }),
    windowMenu: lines(Menu.application?.items ?? []),
    notices: Notification.shown.map(({ options: { title = '', body = '', urgency = 'normal' } }) => ({
      title,
      body,
      urgency,
    })),
    questions: questions.map(({ options: { message, buttons = [] } }) => ({ message, buttons })),
    theme: electron.nativeTheme.themeSource,
    isSandboxed: electron.app.isSandboxed,
    openedLinks: [...opened],
    navigations: [...(window?.webContents.navigations ?? [])],
    tunnelProcesses: Array.from(electron.utilityProcess.running, ({ child }) => child.pid ?? 0),
    channels: electron.ipcMain.channels,
  };
}

function lines(items: readonly MenuItemConstructorOptions[]): MenuLine[] {
  return items
    .filter(({ type }) => type !== 'separator')
    .map((item) => ({
      label: item.label ?? '',
      isEnabled: item.enabled ?? true,
      items: lines(submenuOf(item)),
    }));
}

function submenuOf({ submenu }: MenuItemConstructorOptions): readonly MenuItemConstructorOptions[] {
  return Array.isArray(submenu) ? submenu : [];
}

function choose(items: readonly MenuItemConstructorOptions[], [label, ...rest]: readonly string[]): void {
  const item = items.find((candidate) => candidate.label === label && candidate.enabled !== false);
  if (item === undefined) throw new Error(`the tray has no ${String(label)}`);
  if (rest.length > 0) return choose(submenuOf(item), rest);
  const { click } = item;
  if (click === undefined) throw new Error(`${String(label)} does nothing`);
  // The shell's own items take no arguments.
  Reflect.apply(click, undefined, []);
}

function answerQuestion(button: string): void {
  const question = questions.shift();
  if (question === undefined) throw new Error('nothing was asked');
  question.answer({ response: question.options.buttons?.indexOf(button) ?? -1 });
}
