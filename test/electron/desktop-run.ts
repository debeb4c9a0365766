import type { Page } from 'playwright-core';
import type { Deed, Desk } from './desk-view.ts';

export interface RunOptions {
  readonly built: BuiltDesktop;
  /** Holds everything that the program keeps. */
  readonly home: string;
  readonly arguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Put before the command, for example to take privileges away. */
  readonly prefix?: readonly string[];
}

export interface BuiltDesktop {
  /** `dist/` as it is packaged: `electron/` and `renderer/`. */
  readonly folder: string;
}

/** The desktop client as it runs, in Electron or on its double. */
export interface DesktopRun {
  readonly runsIn: string;
  /** Of the main process. */
  readonly pid: number;
  readonly page: Page;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number | null>;
  readonly signal: (signal: NodeJS.Signals) => void;
}

/** On the double the desktop around the window can be seen and used too. */
export interface DoubleRun extends DesktopRun {
  readonly perform: (deed: Deed) => Promise<unknown>;
  readonly look: () => Promise<Desk>;
  /** As soon as `isSo`. */
  readonly seen: (isSo: (desk: Desk) => boolean) => Promise<Desk>;
}
