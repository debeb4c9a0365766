import type { Catalogue } from './catalogue.ts';
import { duration } from './de-duration.ts';
import { failure } from './de-failure.ts';
import { dnsUse } from './de-dns.ts';
import { secretProblem } from './de-secrets.ts';
import { storeProblem } from './de-store.ts';

/** German. Names that stand in DrayTek's own guides and on the router's pages stay as they are there. */
export const de: Catalogue = {
  duration,
  stage: {
    resolving: 'Der Router wird nachgeschlagen…',
    connecting: 'Verbindung zum Router wird aufgebaut…',
    securing: 'Ein sicherer Kanal wird aufgebaut…',
    requesting: 'Ein VPN-Tunnel wird angefordert…',
    negotiating: 'Der Tunnel wird ausgehandelt…',
    'signing-in': 'Anmeldung läuft…',
    addressing: 'Auf eine Adresse wird gewartet…',
    'second-step': 'Es wird geprüft, ob ein zweiter Anmeldeschritt folgt…',
    configuring: 'Das Netzwerk wird eingerichtet…',
  },
  state: {
    disconnected: 'Getrennt',
    prompting: 'Wartet auf Sie',
    connecting: 'Wird verbunden',
    connected: 'Verbunden',
    waiting: 'Wird wieder verbunden',
    disconnecting: 'Wird getrennt',
    failed: 'Nicht verbunden',
  },
  waiting: (seconds, attempt) =>
    seconds <= 0 ? `Neuer Versuch (Nummer ${attempt})…` : `Neuer Versuch in ${duration(seconds)}…`,
  blocked: {
    line: (line) => `Datenverkehr gesperrt. ${line}`,
    sentence:
      'Der Datenverkehr ist gesperrt, bis der Tunnel wieder steht: Was durch ihn ginge, geht nirgendwohin. Das lokale Netz und was laut Profil nicht durch den Tunnel geht, ist erreichbar. Trennen hebt die Sperre auf.',
    ended: 'Der Datenverkehr ist nicht mehr gesperrt: Er geht am VPN vorbei.',
  },
  connectedLine: (address, interfaceName) =>
    interfaceName === undefined ? `Angemeldet, Adresse ${address}` : `Verbunden, Adresse ${address}`,
  failure,
  action: {
    retry: 'Noch einmal versuchen',
    'retry-later': 'Noch einmal versuchen',
    'edit-profile': 'Profil bearbeiten',
    'enter-credentials': 'Neu eingeben',
    'review-certificate': 'Zertifikat ansehen',
    'allow-legacy-renegotiation': 'Alte Neuaushandlung erlauben',
    'test-connection': 'Verbindung testen',
    'show-log': 'Protokoll anzeigen',
  },
  prompt: {
    credentials: ({ asks, userName }) => {
      const whom = userName === '' ? '' : ` für ${userName}`;
      switch (asks) {
        case 'password':
          return {
            title: `Kennwort${whom}`,
            label: 'Kennwort',
            explanation: 'Es wird nur an den Router gesendet.',
          };
        case 'motp-code':
          return {
            title: `Einmalkennwort${whom}`,
            label: 'Kennwort',
            explanation:
              'Geben Sie die sechs Zeichen ein, die Ihr mOTP-Token jetzt anzeigt. Jedes Kennwort gilt nur einmal.',
          };
        case 'motp-pin':
          return {
            title: `PIN${whom}`,
            label: 'PIN',
            explanation:
              'Aus ihr wird hier das Einmalkennwort berechnet. Die PIN selbst wird nicht gesendet.',
          };
      }
    },
    secondStep: (refused, secondsLeft) => ({
      title: refused
        ? 'Der Router hat diesen Code nicht angenommen'
        : 'Der Router verlangt einen zweiten Code',
      label: 'Code',
      explanation: `Geben Sie die sechs Ziffern ein, die Ihre Authenticator-App jetzt anzeigt. Noch ${duration(secondsLeft)}.`,
    }),
    certificate: ({ cause }) =>
      cause.kind === 'certificate-changed'
        ? {
            title: 'Das Zertifikat des Routers hat sich geändert',
            label: undefined,
            explanation: failure['certificate-changed'](cause).sentence,
          }
        : {
            title: 'Ist das Ihr Router?',
            label: undefined,
            explanation: failure['certificate-unknown'](cause).sentence,
          },
  },
  ended: (end) => ENDED[end],
  serverType: {
    ssl: 'SSL VPN Tunnel',
    openvpn: 'OpenVPN',
    'ikev2-eap': 'IKEv2 EAP',
    'ipsec-xauth': 'IPsec XAuth',
    'l2tp-ipsec': 'L2TP over IPsec',
  },
  storeProblem,
  secretProblem,
  dnsUse,
};

const ENDED: Readonly<Record<Parameters<Catalogue['ended']>[0], string>> = {
  user: 'Von Ihnen getrennt',
  'name-not-found': 'Name des Routers nicht gefunden',
  'no-network': 'Kein Netzwerk',
  'captive-portal': 'Anmeldeseite eines Netzwerks',
  'network-unreachable': 'Kein Weg zum Router',
  'connection-refused': 'Verbindung abgewiesen',
  'timed-out': 'Keine rechtzeitige Antwort',
  'tls-failed': 'Kein sicherer Kanal',
  'certificate-unknown': 'Zertifikat nicht vertraut',
  'certificate-changed': 'Zertifikat geändert',
  'not-draytek-ssl-vpn': 'Kein SSL-VPN von DrayTek',
  'credentials-refused': 'Benutzername oder Kennwort abgelehnt',
  'code-refused': 'Einmalkennwort abgelehnt',
  'locked-out': 'Vom Router ausgesperrt',
  'no-address': 'Keine Adresse erhalten',
  'device-not-permitted': 'Auf diesem Computer nicht erlaubt',
  'network-setup-failed': 'Netzwerk nicht eingerichtet',
  'protocol-error': 'Unerwartete Daten vom Router',
  'router-closed': 'Vom Router beendet',
  'peer-silent': 'Router antwortete nicht mehr',
  'link-lost': 'Verbindung abgebrochen',
  'unsupported-server-type': 'Servertyp nicht unterstützt',
  internal: 'Fehler in diesem Programm',
};
