import { assertNever } from './assert-never.ts';
import { mayConnect, mayDisconnect, mayRetry, type ConnectionState } from './connection.ts';
import { statusLine } from './stage-text.ts';
import type { Catalogue } from './text/catalogue.ts';
import { en } from './text/en.ts';
import { trayWordsEn, type TrayWords } from './text/tray-words.ts';

export type TrayIcon = 'grey' | 'amber' | 'green' | 'red';

/** What choosing a menu item does. */
export type TrayAction =
  | { readonly do: 'connect'; readonly profileId: string }
  | { readonly do: 'retry'; readonly profileId: string }
  | { readonly do: 'disconnect'; readonly profileId: string }
  | { readonly do: 'show'; readonly view: 'status' | 'statistics'; readonly profileId: string | undefined }
  | { readonly do: 'quit' };

/** Labels are plain text: a shell whose menus give characters a meaning escapes them. */
export type TrayItem =
  | { readonly kind: 'state'; readonly label: string }
  | { readonly kind: 'separator' }
  | {
      readonly kind: 'action';
      readonly label: string;
      readonly isEnabled: boolean;
      readonly action: TrayAction;
    }
  | {
      readonly kind: 'submenu';
      readonly label: string;
      readonly isEnabled: boolean;
      readonly items: readonly TrayItem[];
    };

export interface TrayView {
  readonly icon: TrayIcon;
  readonly tooltip: string;
  readonly menu: readonly TrayItem[];
}

export interface TrayProfile {
  readonly id: string;
  readonly name: string;
}

export interface TrayOptions {
  /** Unix milliseconds. */
  readonly now: number;
  readonly catalogue?: Catalogue;
  readonly words?: TrayWords;
}

export interface Row {
  readonly profile: TrayProfile;
  readonly state: ConnectionState;
}

/** No desktop shows a longer menu well; the window has the search for the rest. */
const MOST_MENU_PROFILES = 25;
/** Windows cuts tooltips at 127 characters. */
const LONGEST_TOOLTIP = 127;
const LONGEST_LABEL = 60;

/** `states` holds those that are not disconnected, by profile id. */
export function trayView(
  states: ReadonlyMap<string, ConnectionState>,
  profiles: readonly TrayProfile[],
  options: TrayOptions,
): TrayView {
  const { now, catalogue = en, words = trayWordsEn } = options;
  const rows = profiles.map((profile) => rowOf(profile, states));
  const leading = leadingRow(states, profiles);
  const texts = { now, catalogue, words };
  return {
    icon: leading === undefined ? 'grey' : trayIcon(leading.state),
    tooltip: cut(tooltip(leading, texts), LONGEST_TOOLTIP),
    menu: menu(rows, leading, texts),
  };
}

type Texts = Required<TrayOptions>;

export function trayIcon(state: ConnectionState): TrayIcon {
  switch (state.state) {
    case 'disconnected':
      return 'grey';
    case 'prompting':
    case 'connecting':
    case 'waiting':
    case 'disconnecting':
      return 'amber';
    case 'connected':
      return 'green';
    case 'failed':
      return 'red';
    default:
      return assertNever(state);
  }
}

/** With several profiles the icon, and the window's title, show the one that most wants to be seen. */
const URGENCY = {
  prompting: 6,
  connecting: 5,
  waiting: 5,
  connected: 4,
  failed: 3,
  disconnecting: 2,
} as const;

export function leadingRow(
  states: ReadonlyMap<string, ConnectionState>,
  profiles: readonly TrayProfile[],
): Row | undefined {
  let leading: Row | undefined;
  for (const profile of profiles) {
    const row = rowOf(profile, states);
    if (urgency(row) > urgency(leading)) leading = row;
  }
  return leading;
}

function rowOf(profile: TrayProfile, states: ReadonlyMap<string, ConnectionState>): Row {
  return { profile, state: states.get(profile.id) ?? { state: 'disconnected' } };
}

function urgency(row: Row | undefined): number {
  return row === undefined || row.state.state === 'disconnected' ? 0 : URGENCY[row.state.state];
}

function tooltip(leading: Row | undefined, { now, catalogue, words }: Texts): string {
  if (leading === undefined) return `${words.appName}: ${catalogue.state.disconnected}`;
  const { profile, state } = leading;
  if (state.state !== 'connected') return `${profile.name}: ${lastingLine(state, now, catalogue)}`;
  const uptime = catalogue.duration(Math.max(0, (now - state.since) / 1000));
  // Address and uptime matter more than the end of a long name.
  return `${cut(profile.name, LONGEST_LABEL)}\n${state.tunnel.address}\n${words.uptime(uptime)}`;
}

/** Nobody makes the tray anew each second: a countdown would stand still in it. */
function lastingLine(state: ConnectionState, now: number, catalogue: Catalogue): string {
  return state.state === 'waiting' ? catalogue.state.waiting : statusLine(state, now, catalogue);
}

function menu(rows: readonly Row[], leading: Row | undefined, texts: Texts): TrayItem[] {
  const { now, catalogue, words } = texts;
  const label =
    leading === undefined
      ? catalogue.state.disconnected
      : `${cut(leading.profile.name, LONGEST_LABEL)}: ${lastingLine(leading.state, now, catalogue)}`;
  return [
    { kind: 'state', label },
    { kind: 'separator' },
    ...retryItems(leading, texts),
    connectMenu(rows, texts),
    ...disconnectItems(rows, texts),
    { kind: 'separator' },
    show(words.statistics, 'statistics', leading),
    show(words.show, 'status', undefined),
    { kind: 'separator' },
    { kind: 'action', label: words.quit, isEnabled: true, action: { do: 'quit' } },
  ];
}

function retryItems(leading: Row | undefined, { words }: Texts): TrayItem[] {
  if (leading === undefined || !mayRetry(leading.state)) return [];
  const action = { do: 'retry', profileId: leading.profile.id } as const;
  return [{ kind: 'action', label: words.retryNow, isEnabled: true, action }];
}

function connectMenu(rows: readonly Row[], { words }: Texts): TrayItem {
  const shown = rows.slice(0, MOST_MENU_PROFILES);
  const items: TrayItem[] = shown.map(({ profile, state }) => ({
    kind: 'action',
    label: cut(profile.name, LONGEST_LABEL),
    isEnabled: mayConnect(state),
    action: { do: 'connect', profileId: profile.id },
  }));
  if (rows.length > shown.length) {
    items.push(
      { kind: 'separator' },
      show(words.moreProfiles(rows.length - shown.length), 'status', undefined),
    );
  }
  return { kind: 'submenu', label: words.connect, isEnabled: rows.length > 0, items };
}

/** One item when one profile can be disconnected, a submenu when several can. */
function disconnectItems(rows: readonly Row[], { words }: Texts): TrayItem[] {
  const items = rows
    .filter(({ state }) => mayDisconnect(state))
    .slice(0, MOST_MENU_PROFILES)
    .map(({ profile }): TrayItem => ({
      kind: 'action',
      label: cut(profile.name, LONGEST_LABEL),
      isEnabled: true,
      action: { do: 'disconnect', profileId: profile.id },
    }));
  const [first] = items;
  if (first === undefined || first.kind !== 'action') {
    return [{ kind: 'submenu', label: words.disconnect, isEnabled: false, items: [] }];
  }
  if (items.length === 1) return [{ ...first, label: words.disconnect }];
  return [{ kind: 'submenu', label: words.disconnect, isEnabled: true, items }];
}

function show(label: string, view: 'status' | 'statistics', row: Row | undefined): TrayItem {
  return { kind: 'action', label, isEnabled: true, action: { do: 'show', view, profileId: row?.profile.id } };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
