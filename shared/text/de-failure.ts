import { assertNever } from '../assert-never.ts';
import type {
  AccountProblem,
  CertificateFacts,
  CertificateProblem,
  FailureCause,
  Stage,
} from '../connection.ts';
import type { Catalogue, FailureWords } from './catalogue.ts';
import { duration, durationDative } from './de-duration.ts';

type Cause<Kind extends FailureCause['kind']> = Extract<FailureCause, { kind: Kind }>;

const ASK_ADMINISTRATOR = 'Bleibt es so, zeigen Sie Ihrem Administrator das Protokoll.';
const NOTHING_SENT = 'Ihr Kennwort wurde nicht gesendet.';

export const failure: Catalogue['failure'] = {
  'no-network': () => ({
    title: 'Kein Netzwerk',
    sentence: 'Dieser Computer ist mit keinem Netzwerk verbunden.',
    nextStep: 'Verbinden Sie ihn mit einem WLAN oder Kabel, und versuchen Sie es noch einmal.',
  }),
  'captive-portal': ({ page }) => ({
    title: 'Dieses Netzwerk verlangt erst eine Anmeldung',
    sentence: `Was an der Adresse des Routers antwortet, ist nicht der Router: Es führt ${page === undefined ? 'auf eine andere Seite' : `zu ${page}`}, wohl die Anmeldeseite dieses Netzwerks. ${NOTHING_SENT}`,
    nextStep:
      'Öffnen Sie einen Webbrowser, und melden Sie sich am Netzwerk an, wie in Hotel oder Zug. Verbinden Sie dann noch einmal.',
  }),
  'name-not-found': ({ host }) => ({
    title: 'Router nicht gefunden',
    sentence: `Es gibt keinen Server namens ${host}.`,
    nextStep: 'Prüfen Sie den Server im Profil auf Tippfehler, und ob dieser Computer online ist.',
  }),
  'network-unreachable': ({ host }) => ({
    title: 'Kein Weg zum Router',
    sentence: `Das Netzwerk dieses Computers hat keinen Weg zu ${host}.`,
    nextStep: 'Prüfen Sie, ob Sie online sind, und versuchen Sie es noch einmal.',
  }),
  'connection-refused': ({ host, port }) => ({
    title: 'Verbindung abgewiesen',
    sentence: `${host} ist da, nimmt aber auf Port ${port} keine Verbindungen an.`,
    nextStep: 'Prüfen Sie den Port im Profil. Ihr Administrator weiß, welchen das SSL-VPN benutzt.',
  }),
  'timed-out': ({ stage, seconds }) => ({
    title: 'Keine rechtzeitige Antwort',
    sentence: `${TIMED_OUT[stage]} (innerhalb von ${durationDative(seconds)}).`,
    nextStep:
      TIMED_OUT_NEXT[stage] ??
      'Versuchen Sie es noch einmal. Der Router oder der Weg dorthin ist vielleicht überlastet.',
  }),
  'tls-failed': tlsFailed,
  'certificate-unknown': ({ certificate, problem }) => ({
    title: 'Ist das Ihr Router?',
    sentence: `${certificateSentence(certificate, problem)} ${NOTHING_SENT}`,
    nextStep:
      'Vergleichen Sie den Fingerabdruck mit dem, den Ihr Administrator Ihnen nennt, und vertrauen Sie diesem Router nur, wenn beide gleich sind.',
  }),
  'certificate-changed': () => ({
    title: 'Warnung: Das Zertifikat des Routers hat sich geändert',
    sentence: `Das ist nicht das Zertifikat, dem Sie vertraut haben: Es wurde ersetzt, oder jemand steht dazwischen und will Ihr Kennwort. ${NOTHING_SENT}`,
    nextStep:
      'Fragen Sie Ihren Administrator, ob das Zertifikat ersetzt wurde, bevor Sie dem neuen vertrauen.',
  }),
  'not-draytek-ssl-vpn': ({ evidence }) => ({
    title: 'Kein SSL-VPN von DrayTek',
    sentence: whatAnswered(evidence),
    nextStep:
      'Prüfen Sie Server und Port im Profil. Das SSL-VPN ist vielleicht auf einem anderen Port oder im Router ausgeschaltet.',
  }),
  'credentials-refused': ({ because }) => (because === undefined ? WRONG_PASSWORD : ACCOUNT[because]),
  'code-refused': codeRefused,
  'locked-out': ({ retryAfterSeconds }) => ({
    title: 'Vom Router ausgesperrt',
    sentence:
      retryAfterSeconds === undefined
        ? 'Nach zu vielen falschen Kennwörtern nimmt der Router von Ihrer Adresse eine Weile keines an.'
        : `Nach zu vielen falschen Kennwörtern nimmt der Router von Ihrer Adresse noch ${duration(retryAfterSeconds)} keines an.`,
    nextStep:
      'Warten Sie, bevor Sie es wieder versuchen: Jeder Versuch kann die Sperre verlängern. Ihr Administrator kann sie aufheben.',
  }),
  'no-address': ({ reason }) => NO_ADDRESS[reason],
  'device-not-permitted': ({ missing }) => NOT_PERMITTED[missing],
  'network-setup-failed': ({ step, detail }) => ({
    title: 'Netzwerk nicht eingerichtet',
    sentence: `Sie waren angemeldet, aber das Netzwerk dieses Computers konnte nicht eingerichtet werden (${step}: ${detail}). Es ist wie zuvor.`,
    nextStep: 'Sehen Sie ins Protokoll, und zeigen Sie es Ihrem Administrator.',
  }),
  'protocol-error': ({ code }) => ({
    title: 'Unerwartete Daten vom Router',
    sentence: `Der Router hat etwas gesendet, was er nicht senden sollte (${code}).`,
    nextStep: `Versuchen Sie es noch einmal. ${ASK_ADMINISTRATOR}`,
  }),
  'router-closed': ({ when }) =>
    when === 'connected'
      ? {
          title: 'Vom Router beendet',
          sentence: 'Der Router hat die Verbindung beendet.',
          nextStep:
            'Verbinden Sie sich wieder. Vielleicht war sie zu lange untätig, oder Ihr Administrator hat sie beendet.',
        }
      : {
          title: 'Vom Router geschlossen',
          sentence: `Der Router hat die Verbindung geschlossen, während ${DOING[when]}.`,
          nextStep: `Versuchen Sie es noch einmal. ${ASK_ADMINISTRATOR}`,
        },
  'peer-silent': ({ seconds }) => ({
    title: 'Router antwortet nicht mehr',
    sentence: `Seit ${durationDative(seconds)} ist nichts mehr vom Router gekommen.`,
    nextStep: 'Prüfen Sie, ob Sie noch online sind, und verbinden Sie sich wieder.',
  }),
  'link-lost': () => ({
    title: 'Verbindung abgebrochen',
    sentence: 'Die Verbindung zum Router ist abgebrochen.',
    nextStep: 'Prüfen Sie, ob Sie noch online sind, und verbinden Sie sich wieder.',
  }),
  'unsupported-server-type': () => ({
    title: 'Servertyp nicht unterstützt',
    sentence: 'Dieses Programm kann den Servertyp dieses Profils noch nicht anwählen.',
    nextStep: 'Wählen Sie im Profil „SSL VPN Tunnel“, wenn Ihr Router ihn anbietet.',
  }),
  internal: ({ detail }) => ({
    title: 'Fehler in diesem Programm',
    sentence: `In diesem Programm selbst ist etwas schiefgegangen: ${detail}`,
    nextStep: 'Versuchen Sie es noch einmal. Bleibt es so, melden Sie es zusammen mit dem Protokoll.',
  }),
};

const TIMED_OUT: Readonly<Record<Stage, string>> = {
  resolving: 'Die Adresse des Routers konnte nicht ermittelt werden',
  connecting: 'Der Router hat nicht geantwortet',
  securing: 'Der Router hat den sicheren Kanal nicht fertig aufgebaut',
  requesting: 'Der Router hat auf die Bitte um einen Tunnel nicht geantwortet',
  negotiating: 'Der Router hat sich auf keinen Tunnel geeinigt',
  'signing-in': 'Der Router hat auf die Anmeldung nicht geantwortet',
  addressing: 'Der Router hat keine Adresse vergeben',
  'second-step': 'Der zweite Anmeldeschritt wurde nicht beendet',
  configuring: 'Das Netzwerk dieses Computers wurde nicht eingerichtet',
};

const TIMED_OUT_NEXT: Readonly<Partial<Record<Stage, string>>> = {
  resolving: 'Prüfen Sie, ob Sie online sind, und versuchen Sie es noch einmal.',
  connecting:
    'Prüfen Sie, ob Sie online sind und ob Server und Port im Profil stimmen, und versuchen Sie es noch einmal.',
  requesting:
    'Prüfen Sie Server und Port im Profil: Dort antwortet etwas, aber vielleicht nicht das SSL-VPN.',
  addressing: 'Versuchen Sie es noch einmal. Vielleicht wartet der Router auf seinen DHCP-Server.',
  'second-step': 'Verbinden Sie sich wieder, und halten Sie Ihre Authenticator-App bereit.',
  configuring: 'Sehen Sie ins Protokoll, und zeigen Sie es Ihrem Administrator.',
};

const DOING: Readonly<Record<Stage, string>> = {
  resolving: 'sein Name nachgeschlagen wurde',
  connecting: 'die Verbindung zu ihm aufgebaut wurde',
  securing: 'ein sicherer Kanal aufgebaut wurde',
  requesting: 'er um einen Tunnel gebeten wurde',
  negotiating: 'der Tunnel ausgehandelt wurde',
  'signing-in': 'Sie angemeldet wurden',
  addressing: 'auf eine Adresse gewartet wurde',
  'second-step': 'der zweite Anmeldeschritt lief',
  configuring: 'das Netzwerk dieses Computers eingerichtet wurde',
};

const WRONG_PASSWORD: FailureWords = {
  title: 'Benutzername oder Kennwort falsch',
  sentence: 'Der Router hat Benutzername und Kennwort nicht angenommen.',
  nextStep:
    'Geben Sie beides noch einmal ein. Nach mehreren falschen sperrt der Router Sie für eine Weile aus.',
};

const ACCOUNT: Readonly<Record<AccountProblem, FailureWords>> = {
  'account-disabled': {
    title: 'Konto gesperrt',
    sentence: 'Der Router meldet, dass dieses Konto gesperrt ist.',
    nextStep: 'Bitten Sie Ihren Administrator, es freizugeben.',
  },
  'password-expired': {
    title: 'Kennwort abgelaufen',
    sentence: 'Der Router meldet, dass das Kennwort dieses Kontos abgelaufen ist.',
    nextStep: 'Bitten Sie Ihren Administrator um ein neues: von hier aus lässt es sich nicht ändern.',
  },
  'outside-permitted-hours': {
    title: 'Nicht zu dieser Zeit',
    sentence: 'Der Router lässt dieses Konto zu dieser Zeit nicht ein.',
    nextStep: 'Versuchen Sie es zu den Zeiten, die Ihr Administrator festgelegt hat.',
  },
  'no-dial-in-permission': {
    title: 'Konto darf sich nicht einwählen',
    sentence: 'Der Router meldet, dass sich dieses Konto nicht einwählen darf.',
    nextStep:
      'Ist es anderswo verbunden, trennen Sie dort. Sonst bitten Sie Ihren Administrator, das SSL-VPN dafür zu erlauben.',
  },
};

const NO_ADDRESS: Readonly<Record<Cause<'no-address'>['reason'], FailureWords>> = {
  'pool-exhausted': {
    title: 'Keine Adresse mehr frei',
    sentence: 'Sie waren angemeldet, aber der Router hat keine Adresse mehr zu vergeben.',
    nextStep:
      'Versuchen Sie es später wieder, oder bitten Sie Ihren Administrator, den Adressbereich des Routers zu vergrößern.',
  },
  'static-refused': {
    title: 'Adresse abgelehnt',
    sentence: 'Sie waren angemeldet, aber der Router nimmt die feste Adresse des Profils nicht an.',
    nextStep:
      'Stellen Sie „IP-Eigenschaft“ im Profil auf Automatisch, oder fragen Sie Ihren Administrator nach der richtigen Adresse.',
  },
  unusable: {
    title: 'Keine brauchbare Adresse',
    sentence: 'Sie waren angemeldet, aber der Router hat eine Adresse vergeben, die nicht brauchbar ist.',
    nextStep:
      'Versuchen Sie es noch einmal. Bleibt es so, bitten Sie Ihren Administrator, den Adressbereich des Routers anzusehen.',
  },
};

const TEST_WORKS = '„Verbindung testen“ geht trotzdem.';

const NOT_PERMITTED: Readonly<Record<Cause<'device-not-permitted'>['missing'], FailureWords>> = {
  privilege: {
    title: 'Auf diesem Computer nicht erlaubt',
    sentence:
      'Dieses Programm darf auf diesem Computer kein VPN einrichten: NetworkManager, der es für Sie täte, läuft hier nicht.',
    nextStep: `Starten Sie NetworkManager, oder starten Sie dieses Programm als root oder mit der Fähigkeit CAP_NET_ADMIN. ${TEST_WORKS}`,
  },
  'network-manager-permission': {
    title: 'Auf diesem Computer nicht erlaubt',
    sentence:
      'NetworkManager lässt Sie keine Verbindungen einrichten: Das darf nur, wer am Bildschirm dieses Computers sitzt.',
    nextStep: `Melden Sie sich am Computer selbst an, lassen Sie es Ihren Administrator erlauben (polkit), oder starten Sie dieses Programm als root. ${TEST_WORKS}`,
  },
  'managed-device': {
    title: 'NetworkManager lässt VPN-Geräte in Ruhe',
    sentence:
      'NetworkManager ist so eingestellt, dass er Geräte dieser Art nicht verwaltet (unmanaged-devices).',
    nextStep: `Lassen Sie Ihren Administrator interface-name:svpn* in der Einstellung von NetworkManager ausnehmen, oder starten Sie dieses Programm als root. ${TEST_WORKS}`,
  },
  'tun-device': {
    title: 'Kein VPN-Gerät auf diesem Computer',
    sentence: 'Diesem Computer fehlt /dev/net/tun, durch das der Datenverkehr eines VPN geht.',
    nextStep: `Führen Sie als root „modprobe tun“ aus; in einem Container erlauben Sie das Gerät /dev/net/tun. ${TEST_WORKS}`,
  },
  iproute2: {
    title: 'Der Befehl ip fehlt',
    sentence: 'Der Befehl „ip“, der Adressen und Routen einrichtet, ist nicht installiert.',
    nextStep: `Installieren Sie das Paket iproute2. ${TEST_WORKS}`,
  },
  platform: {
    title: 'Auf diesem System nicht unterstützt',
    sentence: 'Dieses Programm kann auf diesem Betriebssystem noch kein VPN einrichten.',
    nextStep: TEST_WORKS,
  },
};

function tlsFailed({ needs, reason }: Cause<'tls-failed'>): FailureWords {
  switch (needs) {
    case 'legacy-renegotiation':
      return {
        title: 'Router braucht alte Neuaushandlung',
        sentence: `Die Firmware des Routers ist zu alt für einen sicheren Kanal, wie ihn dieses Profil verlangt. ${NOTHING_SENT}`,
        nextStep:
          'Aktualisieren Sie die Firmware des Routers. Bis dahin können Sie für dieses Profil die alte Neuaushandlung erlauben.',
      };
    case 'older-tls':
      return {
        title: 'TLS-Version des Routers ist zu alt',
        sentence: `Der Router bietet nur ältere TLS-Versionen an, als dieses Profil erlaubt. ${NOTHING_SENT}`,
        nextStep:
          'Aktualisieren Sie die Firmware des Routers, oder senken Sie „Niedrigste TLS-Version“ im Profil, wenn dort 1.3 steht.',
      };
    case undefined:
      return {
        title: 'Kein sicherer Kanal',
        sentence: `Zum Router konnte kein sicherer Kanal aufgebaut werden (${reason}). ${NOTHING_SENT}`,
        nextStep: `Prüfen Sie Server und Port im Profil. ${ASK_ADMINISTRATOR}`,
      };
    default:
      return assertNever(needs);
  }
}

function certificateSentence(certificate: CertificateFacts, problem: CertificateProblem): string {
  switch (problem) {
    case 'self-signed':
      return 'Der Router hat sein Zertifikat selbst ausgestellt: Keine Stelle bürgt dafür, was bei Routern von DrayTek üblich ist.';
    case 'unknown-authority':
      return `Das Zertifikat des Routers wurde von ${certificate.issuer} ausgestellt, und diese Stelle kennt der Computer nicht.`;
    case 'expired':
      return `Das Zertifikat des Routers ist am ${day(certificate.validTo)} abgelaufen.`;
    case 'not-yet-valid':
      return `Das Zertifikat des Routers gilt erst ab ${day(certificate.validFrom)}. Vielleicht geht die Uhr dieses Computers falsch.`;
    case 'wrong-name':
      return certificate.names.length === 0
        ? 'Das Zertifikat des Routers nennt keinen Server.'
        : `Das Zertifikat des Routers gilt für ${certificate.names.join(', ')}, nicht für den Server im Profil.`;
    case 'invalid':
      return 'Das Zertifikat des Routers ist nicht gültig.';
    default:
      return assertNever(problem);
  }
}

/** The day of an ISO 8601 time, as it is written in German. */
function day(time: string): string {
  return time.slice(0, 10).split('-').reverse().join('.');
}

function whatAnswered(evidence: Cause<'not-draytek-ssl-vpn'>['evidence']): string {
  switch (evidence.looksLike) {
    case 'web-server':
      return `Ein Webserver hat geantwortet (Status ${evidence.status}), aber er bietet kein SSL-VPN von DrayTek an.`;
    case 'no-tls':
      return NO_TLS[evidence.protocol];
    case 'other':
      return 'Etwas hat geantwortet, aber nicht wie ein SSL-VPN von DrayTek.';
    default:
      return assertNever(evidence);
  }
}

const NO_TLS = {
  ssh: 'Ein SSH-Server hat geantwortet, kein SSL-VPN von DrayTek.',
  http: 'Ein Webserver ohne Verschlüsselung hat geantwortet, kein SSL-VPN von DrayTek.',
  other: 'Etwas ohne Verschlüsselung hat geantwortet, kein SSL-VPN von DrayTek.',
} as const;

/** As in English (en-failure.ts). */
const CLOCKS_TOO_FAR_APART_SECONDS = 30;
const CLOCKS_AGREE_SECONDS = 5;

function codeRefused({ code, clockDifferenceSeconds: difference }: Cause<'code-refused'>): FailureWords {
  const isMotp = code === 'motp';
  const title = isMotp ? 'Einmalkennwort abgelehnt' : 'Code abgelehnt';
  const what = `Der Router hat ${isMotp ? 'das Einmalkennwort' : 'den Code'} nicht angenommen`;
  const wrong = isMotp ? 'Die PIN ist falsch' : 'Er ist falsch eingetippt';
  const used = isMotp
    ? 'das Kennwort wurde schon benutzt oder ist abgelaufen'
    : 'er wurde schon benutzt oder ist abgelaufen';
  const again = 'Versuchen Sie es mit dem nächsten Code noch einmal: Jeder gilt nur einmal.';
  if (difference === undefined) {
    const device = isMotp ? 'Ihres Tokens' : 'Ihrer Authenticator-App';
    return {
      title,
      sentence: `${what}: ${wrong}, ${used}, oder die Uhren gehen verschieden.`,
      nextStep: `${again} Bleibt es so, prüfen Sie die Uhr ${device}.`,
    };
  }
  const apart = Math.abs(difference);
  const relation = `Die Uhr des Routers geht gegenüber der dieses Computers ${duration(apart)} ${difference > 0 ? 'vor' : 'nach'}`;
  if (apart >= CLOCKS_TOO_FAR_APART_SECONDS) {
    return {
      title,
      sentence: `${what}. ${relation}, das ist zu viel für Einmalcodes.`,
      nextStep:
        'Stellen Sie die Uhr dieses Computers nach dem Netz, oder bitten Sie Ihren Administrator, die des Routers zu stellen. Versuchen Sie dann einen neuen Code.',
    };
  }
  return {
    title,
    sentence:
      apart < CLOCKS_AGREE_SECONDS
        ? `${what}: ${wrong}, oder ${used}. Die Uhren von Router und Computer stimmen überein.`
        : `${what}: ${wrong}, oder ${used}. ${relation}, was schon genügen kann, um einen Code zu verderben.`,
    nextStep: again,
  };
}
