import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../client/store/atomic-file.ts';
import { ok, type Result } from '../shared/result.ts';
import type { FileProblem } from '../shared/store-problem.ts';

/** With this the program starts in the tray. */
export const AT_LOGIN_FLAG = '--at-login';

export interface StartAtLogin {
  set(isWanted: boolean): Promise<Result<void, FileProblem>>;
  /**
   * At each start: an entry that is there and names a program that has moved since is mended. One that the user
   * took away or switched off by the desktop's own means stays so.
   */
  refresh(isWanted: boolean): Promise<Result<void, FileProblem>>;
}

/** What is used of Electron's App where the system has its own list. */
export interface LoginItems {
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void;
}

export function loginItemsAutostart(app: LoginItems): StartAtLogin {
  return {
    set: (isWanted) => {
      app.setLoginItemSettings({ openAtLogin: isWanted, args: [AT_LOGIN_FLAG] });
      return Promise.resolve(ok(undefined));
    },
    refresh: () => Promise.resolve(ok(undefined)),
  };
}

/**
 * Linux: a desktop entry in the user's autostart folder (Desktop Application Autostart Specification 0.5).
 * `command` is the program and its arguments.
 */
export function desktopEntryAutostart(configHome: string, command: readonly string[]): StartAtLogin {
  const path = join(configHome, 'autostart', 'smartvpn.desktop');
  const text = autostartEntry([...command, AT_LOGIN_FLAG]);
  const write = async (): Promise<Result<void, FileProblem>> => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 }).catch(() => undefined);
    return await writeFileAtomically(path, text);
  };
  return {
    set: async (isWanted) => {
      if (isWanted) return await write();
      await rm(path, { force: true });
      return ok(undefined);
    },
    refresh: async (isWanted) => {
      const present = await readFile(path, 'utf8').catch(() => undefined);
      if (!isWanted || present === undefined || isSwitchedOff(present) || present === text)
        return ok(undefined);
      return await write();
    },
  };
}

function isSwitchedOff(entry: string): boolean {
  return /^(Hidden=true|X-GNOME-Autostart-enabled=false)\s*$/m.test(entry);
}

export function autostartEntry(command: readonly string[]): string {
  return `${[
    '[Desktop Entry]',
    'Type=Application',
    'Name=Smart VPN Client',
    'Comment=VPN client for DrayTek Vigor routers',
    'Icon=smart-vpn-client',
    `Exec=${command.map(execArgument).join(' ')}`,
    'Terminal=false',
    'Categories=Network;',
    'X-GNOME-Autostart-enabled=true',
  ].join('\n')}\n`;
}

/**
 * Quoted as the Desktop Entry Specification 1.5 has it ("The Exec key"): in double quotes, with a backslash before
 * ", `, $ and \; a percent sign is doubled. Backslashes are doubled once more as in every string value.
 */
function execArgument(argument: string): string {
  const quoted = argument.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%');
  return `"${quoted.replaceAll('\\', '\\\\')}"`;
}

/** How this program is started again. An AppImage runs from a mount that is gone after it: its file counts. */
export function ownCommand(facts: {
  readonly executable: string;
  readonly appImage: string | undefined;
  readonly isPackaged: boolean;
  readonly appPath: string;
}): string[] {
  if (!facts.isPackaged) return [facts.executable, facts.appPath];
  return [facts.appImage ?? facts.executable];
}
