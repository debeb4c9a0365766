import type { Catalogue } from './catalogue.ts';

export const dnsUse: Catalogue['dnsUse'] = {
  'every-name': 'nach jedem Namen gefragt',
  'search-domains': 'nur nach Namen der Suchdomänen gefragt',
  'no-search-domains':
    'nicht gefragt, weil das Profil keine Suchdomänen hat. Um Namen hinter dem Router zu finden, tragen Sie dort dessen Domänen ein.',
  'not-separable':
    'nicht gefragt, deshalb werden Namen hinter dem Router nicht gefunden: Dieses System kann nur eine Stelle nach allen Namen fragen, und der Router sähe jeden. Installieren Sie systemd-resolved oder tragen Sie im Profil eigene DNS-Server ein: Diese werden nach jedem Namen gefragt.',
};
