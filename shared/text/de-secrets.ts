import type { Catalogue } from './catalogue.ts';

export const secretProblem: Catalogue['secretProblem'] = {
  'no-session-bus': () =>
    'Kennwörter werden nicht aufbewahrt und jedes Mal erfragt: Diese Anmeldung hat keinen Sitzungsbus und deshalb keinen Schlüsselbund. Eine Anmeldung am Desktop hat einen.',
  'no-keyring': () =>
    'Kennwörter werden nicht aufbewahrt und jedes Mal erfragt: Dieses System hat keinen Schlüsselbund. Installieren Sie gnome-keyring oder KWallet mit dessen Secret Service und melden Sie sich neu an.',
  'stayed-locked': () =>
    'Der Schlüsselbund blieb gesperrt, deshalb wurde nichts daraus gelesen und nichts aufbewahrt. Entsperren Sie ihn und versuchen Sie es noch einmal.',
  'no-answer': ({ detail }) =>
    `Der Schlüsselbund antwortet nicht (${detail}), deshalb werden Kennwörter erfragt. Nach einer neuen Anmeldung ist er wieder da.`,
  refused: ({ detail }) =>
    `Der Schlüsselbund hat es nicht getan: ${detail}. Sehen Sie mit Ihrem Schlüsselbundprogramm nach, ob er arbeitet.`,
};
