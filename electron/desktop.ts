import { assertNever } from '../shared/assert-never.ts';
import { lockedOutFor, mayConnect } from '../shared/connection.ts';
import type { NotificationName, NotificationPayload } from '../shared/contract.ts';
import type { ContractError } from '../shared/contract/contract-error.ts';
import type { Settings } from '../shared/settings.ts';
import { CATALOGUES, chosenLanguage, TRAY_WORDS, type Language } from '../shared/text/language.ts';
import { trayView, type TrayAction } from '../shared/tray.ts';
import type { Peer } from '../client/service/audience.ts';
import { APP_SCHEME } from './app-origin.ts';
import { appPages } from './app-pages.ts';
import { applicationMenu } from './application-menu.ts';
import type { StartAtLogin } from './autostart.ts';
import { handleContract } from './contract-ipc.ts';
import type { DesktopApi } from './desktop-api.ts';
import type { DesktopService } from './desktop-service.ts';
import { DESKTOP_WORDS } from './desktop-words.ts';
import { MainWindow } from './main-window.ts';
import { decideNotice, type NoticeMemory, type StateChange } from './notification-policy.ts';
import { Notifier } from './notifier.ts';
import { lockContents, lockSession } from './page-lockdown.ts';
import { Quitting } from './quitting.ts';
import { connectedNames, modelOf, nextModel, stateChanges, type ShellModel } from './shell-model.ts';
import type { TrayHost } from './tray-host.ts';
import { TrayPresence } from './tray-icon.ts';
import { fittedPlace, rememberedPlace, type ShellFile, type WindowPlace } from './window-place.ts';
import { atStart, onConnected, onTrayChange, whenClosed, type DeskFacts } from './window-rules.ts';

export interface DesktopParts {
  readonly api: DesktopApi;
  readonly system: NodeJS.Platform;
  readonly core: DesktopService;
  readonly trayHost: TrayHost;
  /** Undefined: this system cannot. */
  readonly startAtLogin: StartAtLogin | undefined;
  readonly shellFile: ShellFile;
  /** BCP 47. */
  readonly systemLanguage: string;
  readonly isAtLogin: boolean;
  readonly paths: {
    readonly preload: string;
    /** Folder of the window's page. */
    readonly pages: string;
    readonly trayImages: string;
    readonly icon: string;
  };
}

/** How often the tray's tooltip says anew for how long one has been connected. */
const TOOLTIP_MILLISECONDS = 60_000;
const BACKGROUND = { light: '#f5f6f8', dark: '#16181d' } as const;

/** The shell around the client core: window, tray, notifications, the way out. After the app is ready. */
export async function startDesktop(parts: DesktopParts): Promise<void> {
  const { api, core, paths } = parts;
  lockSession(api.session.defaultSession);
  api.app.on('web-contents-created', (_event, contents) => {
    lockContents(contents, (url) => {
      void api.shell.openExternal(url);
    });
  });
  api.protocol.handle(APP_SCHEME, appPages(paths.pages));
  const early: ((desktop: Desktop) => void)[] = [];
  const shell: { desktop?: Desktop } = {};
  const peer = core.service.attach((name, payload) => {
    if (shell.desktop === undefined) early.push((desktop) => desktop.hear(name, payload));
    else shell.desktop.hear(name, payload);
  });
  const snapshot = await core.service.handlers.snapshot({}, peer);
  if (!snapshot.ok) throw new Error(`No snapshot: ${snapshot.error.code}`);
  const desktop = new Desktop(parts, peer, modelOf(snapshot.value));
  shell.desktop = desktop;
  for (const hear of early) hear(desktop);
  await desktop.start();
}

class Desktop {
  readonly #parts: DesktopParts;
  readonly #peer: Peer;
  readonly #window: MainWindow;
  readonly #tray: TrayPresence;
  readonly #notifier: Notifier;
  readonly #quitting: Quitting;
  #model: ShellModel;
  #notices: NoticeMemory = [];
  /** Dialled from the tray: their questions bring the window. */
  readonly #dialledFromTray = new Set<string>();
  /** Connected once since they were dialled: what follows are reconnections. */
  readonly #wereUp = new Set<string>();
  #tooltipTimer: NodeJS.Timeout | undefined;
  #hasToldForeignSender = false;

  constructor(parts: DesktopParts, peer: Peer, model: ShellModel) {
    this.#parts = parts;
    this.#peer = peer;
    this.#model = model;
    const { api, system, paths } = parts;
    api.nativeTheme.themeSource = model.settings.theme;
    this.#setMenu();
    this.#notifier = new Notifier(api, (profileId) => {
      this.#showView('status', profileId);
    });
    this.#quitting = new Quitting({
      api,
      connected: () => connectedNames(this.#model),
      words: () => DESKTOP_WORDS[this.#language],
      leave: () => this.#leave(),
    });
    this.#window = this.#createWindow();
    this.#tray = new TrayPresence({
      api,
      system,
      imageFolder: paths.trayImages,
      act: (action) => {
        this.#act(action);
      },
      onShow: () => {
        this.#window.show();
      },
    });
  }

  async start(): Promise<void> {
    const { api, core, trayHost } = this.#parts;
    handleContract({
      channels: api.ipcMain,
      window: () => ({ webContents: this.#window.contents, mainFrame: this.#window.mainFrame }),
      serve: (name, request) => core.serve(name, request, this.#window.peer),
      onForeignSender: (name, url) => {
        this.#tellForeignSender(name, url);
      },
    });
    this.#listen();
    trayHost.onChange(() => {
      this.#trayChanged();
    });
    this.#updateTray();
    await this.#applyStartAtLogin('start');
    // What a former run left behind is mended while the page is loaded.
    await Promise.all([this.#window.load(), core.service.start()]);
  }

  hear<Name extends NotificationName>(name: Name, payload: NotificationPayload<Name>): void {
    const before = this.#model;
    const after = nextModel(before, name, payload);
    if (after === before) return;
    this.#model = after;
    for (const change of stateChanges(before, after)) this.#stateChanged(change);
    if (before.settings !== after.settings) this.#settingsChanged(before.settings);
    this.#updateTray();
  }

  get #language(): Language {
    return chosenLanguage(this.#model.settings.language, this.#parts.systemLanguage);
  }

  get #desk(): DeskFacts {
    return { system: this.#parts.system, hasTray: this.#parts.trayHost.isThere };
  }

  #createWindow(): MainWindow {
    const { api, core, paths, shellFile, isAtLogin } = this.#parts;
    const main = api.screen.getPrimaryDisplay();
    const screens = [main, ...api.screen.getAllDisplays()].map(({ workArea }) => workArea);
    return new MainWindow({
      api,
      preload: paths.preload,
      icon: paths.icon,
      place: fittedPlace(rememberedPlace(shellFile), screens),
      backgroundColor: api.nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
      startsAs: atStart(this.#desk, this.#model.settings.startMinimised, isAtLogin),
      attach: (notify) => core.service.attach(notify),
      onClose: () => whenClosed(this.#desk, this.#quitting.isQuitting),
      onQuit: () => {
        api.app.quit();
      },
      remember: (place) => {
        this.#remember(place);
      },
      onFault: (text) => {
        core.log.error(text);
      },
    });
  }

  #listen(): void {
    const { app, powerMonitor } = this.#parts.api;
    const show = (): void => {
      this.#window.show();
    };
    app.on('second-instance', show);
    app.on('activate', show);
    app.on('before-quit', (event) => {
      this.#quitting.beforeQuit(event);
    });
    const endSession = (): void => {
      this.#quitting.endSession();
    };
    powerMonitor.on('shutdown', endSession);
    this.#window.onSessionEnd(endSession);
    process.once('SIGTERM', endSession);
    process.once('SIGINT', endSession);
  }

  #stateChanged(change: Omit<StateChange, 'profileName' | 'at'>): void {
    const { profileId, before, after } = change;
    const isUp = after.state === 'connected' && after.tunnel.interfaceName !== undefined;
    if (isUp && !this.#wereUp.has(profileId)) this.#connected();
    if (isUp) this.#wereUp.add(profileId);
    if (mayConnect(after)) this.#wereUp.delete(profileId);
    if (after.state === 'prompting' && this.#dialledFromTray.has(profileId)) {
      this.#showView('status', profileId);
    }
    if (mayConnect(after) || isUp) this.#dialledFromTray.delete(profileId);
    // What the last notice said is over; the next one says what holds.
    if (before.state !== after.state && after.state === 'disconnected') this.#notifier.withdraw(profileId);
    this.#notify({
      ...change,
      profileName: this.#model.profiles.get(profileId) ?? '',
      at: Date.now(),
    });
  }

  #connected(): void {
    const step = onConnected(this.#desk, this.#model.settings.minimiseToTrayOnConnect);
    if (step === 'hide') this.#window.hide();
  }

  #notify(change: StateChange): void {
    const { memory, notice } = decideNotice(this.#notices, change, {
      areWanted: this.#model.settings.notifications,
      isWindowWatched: this.#window.isWatched,
      catalogue: CATALOGUES[this.#language],
      words: DESKTOP_WORDS[this.#language],
    });
    this.#notices = memory;
    if (notice !== undefined) this.#notifier.show(notice);
  }

  #settingsChanged(before: Settings): void {
    const { settings } = this.#model;
    this.#parts.api.nativeTheme.themeSource = settings.theme;
    if (settings.language !== before.language) this.#setMenu();
    if (settings.startAtLogin !== before.startAtLogin) void this.#applyStartAtLogin('change');
  }

  #setMenu(): void {
    const { api, system } = this.#parts;
    const template = applicationMenu(system, DESKTOP_WORDS[this.#language].menu);
    api.Menu.setApplicationMenu(api.Menu.buildFromTemplate(template));
  }

  /** At the start an entry of a program that has moved is written anew; one that was taken away is not. */
  async #applyStartAtLogin(step: 'change' | 'start'): Promise<void> {
    const { startAtLogin, core } = this.#parts;
    const isWanted = this.#model.settings.startAtLogin;
    if (startAtLogin === undefined) return;
    const done = await (step === 'change' ? startAtLogin.set(isWanted) : startAtLogin.refresh(isWanted));
    if (!done.ok) core.service.report({ source: 'store', problem: done.error });
  }

  #trayChanged(): void {
    this.#updateTray();
    if (onTrayChange(this.#desk, this.#window.isHidden) === 'show') this.#window.show();
  }

  #updateTray(): void {
    const { hasTray } = this.#desk;
    const profiles = Array.from(this.#model.profiles, ([id, name]) => ({ id, name }));
    const view = trayView(this.#model.states, profiles, {
      now: Date.now(),
      catalogue: CATALOGUES[this.#language],
      words: TRAY_WORDS[this.#language],
    });
    this.#tray.show(hasTray ? view : undefined);
    this.#keepTooltipFresh(hasTray && view.icon === 'green');
  }

  #keepTooltipFresh(isNeeded: boolean): void {
    if (isNeeded === (this.#tooltipTimer !== undefined)) return;
    clearInterval(this.#tooltipTimer);
    this.#tooltipTimer = isNeeded ? setInterval(() => this.#updateTray(), TOOLTIP_MILLISECONDS) : undefined;
  }

  #act(action: TrayAction): void {
    switch (action.do) {
      case 'connect':
        void this.#connect(action.profileId);
        return;
      case 'retry':
        void this.#parts.core.service.handlers.retryNow({ profileId: action.profileId }, this.#peer);
        return;
      case 'disconnect':
        void this.#parts.core.service.handlers.disconnect({ profileId: action.profileId }, this.#peer);
        return;
      case 'show':
        this.#showView(action.view, action.profileId);
        return;
      case 'quit':
        this.#parts.api.app.quit();
        return;
      default:
        assertNever(action);
    }
  }

  async #connect(profileId: string): Promise<void> {
    const state = this.#model.states.get(profileId);
    // It could only fail. For how long, and what can be done, is in the window.
    if (state !== undefined && lockedOutFor(state, Date.now()) > 0) {
      this.#showView('status', profileId);
      return;
    }
    this.#dialledFromTray.add(profileId);
    const reply = await this.#parts.core.serve('connect', { profileId, purpose: 'use' }, this.#peer);
    if (reply.ok) return;
    // Why it did not is best seen where everything is.
    this.#dialledFromTray.delete(profileId);
    this.#showView('status', profileId, reply.error);
  }

  #showView(view: 'status' | 'statistics', profileId: string | undefined, why?: ContractError): void {
    this.#window.show();
    this.#window.peer.notify('show', { view, profileId, why });
  }

  #remember(place: WindowPlace): void {
    try {
      this.#parts.shellFile.set('window', place);
    } catch (error) {
      this.#parts.core.log.warn(`The window's place could not be kept: ${String(error)}`);
    }
  }

  async #leave(): Promise<void> {
    this.#window.hide();
    clearInterval(this.#tooltipTimer);
    this.#notifier.withdrawAll();
    this.#parts.trayHost.close();
    await this.#parts.core.close();
    this.#tray.destroy();
  }

  /** Once: who calls often is not to fill the log. */
  #tellForeignSender(name: string, url: string): void {
    if (this.#hasToldForeignSender) return;
    this.#hasToldForeignSender = true;
    this.#parts.core.log.warn(`A call of ${name} from ${url.slice(0, 200)} was refused`);
  }
}
