/** What the tray says besides what the catalogue has. */
export interface TrayWords {
  readonly appName: string;
  readonly connect: string;
  readonly retryNow: string;
  readonly disconnect: string;
  readonly statistics: string;
  readonly show: string;
  readonly quit: string;
  readonly moreProfiles: (count: number) => string;
  readonly uptime: (duration: string) => string;
}

export const trayWordsEn: TrayWords = {
  appName: 'Smart VPN Client',
  connect: 'Connect',
  retryNow: 'Connect now',
  disconnect: 'Disconnect',
  statistics: 'Statistics',
  show: 'Show',
  quit: 'Quit',
  moreProfiles: (count) => `${count} more…`,
  uptime: (duration) => `Connected for ${duration}`,
};

export const trayWordsDe: TrayWords = {
  appName: 'Smart VPN Client',
  connect: 'Verbinden',
  retryNow: 'Jetzt verbinden',
  disconnect: 'Trennen',
  statistics: 'Statistik',
  show: 'Anzeigen',
  quit: 'Beenden',
  moreProfiles: (count) => `${count} weitere…`,
  uptime: (duration) => `Verbunden seit ${duration}`,
};
