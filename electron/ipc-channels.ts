import type { CallName, NotificationName } from '../shared/contract.ts';

/** One channel for each message of the contract. Types alone are imported: the preload script carries no parser. */

export function callChannel(name: CallName): string {
  return `smartvpn:call:${name}`;
}

export function notificationChannel(name: NotificationName): string {
  return `smartvpn:notification:${name}`;
}

/** The compiler names what is missing here. */
const NAMED: { readonly [Name in NotificationName]: Name } = {
  profiles: 'profiles',
  connection: 'connection',
  statistics: 'statistics',
  history: 'history',
  historyCleared: 'historyCleared',
  settings: 'settings',
  log: 'log',
  problems: 'problems',
  show: 'show',
};
export const NOTIFICATION_NAMES: readonly NotificationName[] = Object.values(NAMED);
