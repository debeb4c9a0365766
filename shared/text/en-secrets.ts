import type { Catalogue } from './catalogue.ts';

export const secretProblem: Catalogue['secretProblem'] = {
  'no-session-bus': () =>
    'Passwords are not kept, and asked for every time: this login has no session bus, and so no keyring. A login on the desktop has one.',
  'no-keyring': () =>
    'Passwords are not kept, and asked for every time: this system has no keyring. Install gnome-keyring, or KWallet with its Secret Service, and log in again.',
  'stayed-locked': () =>
    'The keyring stayed locked, so nothing was read from it and nothing kept. Unlock it, and try again.',
  'no-answer': ({ detail }) =>
    `The keyring does not answer (${detail}), so passwords are asked for. It is there again after a new login.`,
  refused: ({ detail }) =>
    `The keyring did not do it: ${detail}. Look with your keyring program whether it works.`,
};
