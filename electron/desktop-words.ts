import type { Language } from '../shared/text/language.ts';

/** What the shell says besides what window and tray say. */
export interface DesktopWords {
  readonly connected: (profileName: string) => string;
  readonly virtualAddress: (address: string) => string;
  readonly lost: (profileName: string) => string;
  readonly unblocked: (profileName: string) => string;
  readonly failed: (profileName: string, title: string) => string;
  readonly needsYou: (profileName: string) => string;
  readonly quitQuestion: (profileName: string, others: number) => string;
  readonly quitDetail: string;
  readonly quit: string;
  readonly stay: string;
  readonly menu: MenuWords;
}

/** Of the menu that Alt brings. */
export interface MenuWords {
  readonly file: string;
  readonly close: string;
  readonly quit: string;
  readonly edit: string;
  readonly undo: string;
  readonly redo: string;
  readonly cut: string;
  readonly copy: string;
  readonly paste: string;
  readonly selectAll: string;
  readonly view: string;
  readonly actualSize: string;
  readonly zoomIn: string;
  readonly zoomOut: string;
  readonly fullScreen: string;
}

const en: DesktopWords = {
  connected: (profileName) => `Connected: ${profileName}`,
  virtualAddress: (address) => `Your address in the remote network is ${address}.`,
  lost: (profileName) => `Connection lost: ${profileName}`,
  unblocked: (profileName) => `No longer blocked: ${profileName}`,
  failed: (profileName, title) => `${profileName}: ${title}`,
  needsYou: (profileName) => `${profileName} needs your answer`,
  quitQuestion: (profileName, others) =>
    others === 0
      ? `Disconnect “${profileName}” and quit?`
      : `Disconnect “${profileName}” and ${others} more, and quit?`,
  quitDetail: 'Programs that use the remote network lose their connection.',
  quit: 'Disconnect and quit',
  stay: 'Cancel',
  menu: {
    file: 'File',
    close: 'Close Window',
    quit: 'Quit',
    edit: 'Edit',
    undo: 'Undo',
    redo: 'Redo',
    cut: 'Cut',
    copy: 'Copy',
    paste: 'Paste',
    selectAll: 'Select All',
    view: 'View',
    actualSize: 'Actual Size',
    zoomIn: 'Zoom In',
    zoomOut: 'Zoom Out',
    fullScreen: 'Full Screen',
  },
};

const de: DesktopWords = {
  connected: (profileName) => `Verbunden: ${profileName}`,
  virtualAddress: (address) => `Ihre Adresse im entfernten Netz ist ${address}.`,
  lost: (profileName) => `Verbindung verloren: ${profileName}`,
  unblocked: (profileName) => `Nicht mehr gesperrt: ${profileName}`,
  failed: (profileName, title) => `${profileName}: ${title}`,
  needsYou: (profileName) => `${profileName} wartet auf Ihre Antwort`,
  quitQuestion: (profileName, others) =>
    others === 0
      ? `„${profileName}“ trennen und beenden?`
      : `„${profileName}“ und ${others} weitere trennen und beenden?`,
  quitDetail: 'Programme, die das entfernte Netz benutzen, verlieren ihre Verbindung.',
  quit: 'Trennen und beenden',
  stay: 'Abbrechen',
  menu: {
    file: 'Datei',
    close: 'Fenster schließen',
    quit: 'Beenden',
    edit: 'Bearbeiten',
    undo: 'Rückgängig',
    redo: 'Wiederholen',
    cut: 'Ausschneiden',
    copy: 'Kopieren',
    paste: 'Einfügen',
    selectAll: 'Alles auswählen',
    view: 'Ansicht',
    actualSize: 'Originalgröße',
    zoomIn: 'Vergrößern',
    zoomOut: 'Verkleinern',
    fullScreen: 'Vollbild',
  },
};

export const DESKTOP_WORDS: Readonly<Record<Language, DesktopWords>> = { en, de };
