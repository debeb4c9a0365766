import type { DocumentName } from '../store-problem.ts';
import type { Catalogue } from './catalogue.ts';

const FILE: Readonly<Record<DocumentName, string>> = {
  profiles: 'Die Datei Ihrer Profile',
  settings: 'Die Datei Ihrer Einstellungen',
  history: 'Die Datei Ihres Verlaufs',
  'removed-profiles': 'Die Datei Ihrer entfernten Profile',
};

const LEFT = 'Sie bleibt, wie sie ist, deshalb kann nichts gespeichert werden';

export const storeProblem: Catalogue['storeProblem'] = {
  damaged: ({ document, path, keptAs, detail }) =>
    keptAs === undefined
      ? `${FILE[document]} ist beschädigt (${detail}) und konnte nicht beiseitegelegt werden. ${LEFT}: ${path}`
      : `${FILE[document]} ist beschädigt (${detail}). Nichts wurde gelöscht: Sie ist aufbewahrt als ${keptAs}`,
  'partly-damaged': ({ document, path, keptAs, faults }) =>
    keptAs === undefined
      ? `${FILE[document]} ist teilweise nicht lesbar (${few(faults)}). ${LEFT}: ${path}`
      : `${FILE[document]} ist teilweise nicht lesbar (${few(faults)}). Nichts wurde gelöscht: Sie ist ganz aufbewahrt als ${keptAs}`,
  'newer-version': ({ document, path, keptAs, version }) =>
    keptAs === undefined
      ? `${FILE[document]} stammt von einer neueren Version dieses Programms (Format ${version}). ${LEFT}: ${path}`
      : `${FILE[document]} stammt von einer neueren Version dieses Programms (Format ${version}). Sie ist aufbewahrt als ${keptAs}`,
  'disk-full': ({ path }) =>
    `Nicht gespeichert, denn der Datenträger ist voll. Was vorher gespeichert war, ist unversehrt: ${path}`,
  'read-only': ({ path }) => `Nicht gespeichert, denn der Datenträger kann nur gelesen werden: ${path}`,
  'not-permitted': ({ path }) => `Dieser Benutzer darf ${path} nicht lesen oder schreiben`,
  busy: ({ path }) => `Nicht gespeichert, denn ein anderes Programm hält die Dateien gesperrt: ${path}`,
  'file-failed': ({ path, code }) =>
    `Die Datei konnte nicht gelesen oder geschrieben werden (${code}): ${path}`,
  'name-taken': ({ name }) => `Es gibt schon ein Profil namens „${name}“. Wählen Sie einen anderen Namen.`,
  'changed-meanwhile': ({ name }) =>
    `Das Profil „${name}“ wurde anderswo geändert, während Sie es bearbeiteten. Öffnen Sie es neu, um es zu sehen, wie es jetzt ist.`,
  'no-such-profile': ({ id }) => `Es gibt kein Profil „${id}“.`,
};

/** Die ersten drei, und wie viele es noch gibt. */
function few(faults: readonly string[]): string {
  const shown = faults.slice(0, 3).join('; ');
  return faults.length <= 3 ? shown : `${shown}; und ${faults.length - 3} weitere`;
}
