import type { WindowText } from './en.ts';
import type { ErrorTexts, FieldTexts, ObstacleTexts, ProblemTexts, UnreadableTexts } from './text-types.ts';

const field: FieldTexts = {
  name: (fault) =>
    fault === 'low'
      ? 'Geben Sie dem Profil einen Namen'
      : fault === 'high'
        ? 'Höchstens 100 Zeichen'
        : 'Keine Zeilenumbrüche und Steuerzeichen',
  server: () => 'Geben Sie einen Rechnernamen oder eine IP-Adresse ein, zum Beispiel vpn.example.com',
  port: () => 'Ein Port ist eine Zahl von 1 bis 65535',
  userName: (fault) =>
    fault === 'high'
      ? 'Höchstens 64 Zeichen'
      : 'Ein Benutzername enthält weder Doppelpunkt noch Steuerzeichen',
  password: () => 'Höchstens 256 Zeichen',
  motpSecret: (fault) =>
    fault === 'high'
      ? 'Ein Geheimnis hat höchstens 32 Stellen'
      : 'Ein Geheimnis besteht nur aus den Ziffern 0 bis 9 und den Buchstaben a bis f',
  address: () => 'Geben Sie eine IPv4-Adresse ein, zum Beispiel 192.168.1.50',
  netmask: () => 'Geben Sie eine Netzmaske ein, zum Beispiel 255.255.255.0',
  ipDns: (fault, entry) =>
    fault === 'high' ? 'Höchstens 4 Server' : `${entry ?? 'Das'} ist keine IPv4-Adresse`,
  routes: (fault, entry) =>
    fault === 'high' ? 'Höchstens 256 Netze' : `${entry ?? 'Das'} ist kein Netz wie 10.0.0.0/8`,
  excludedRoutes: (fault, entry) =>
    fault === 'high' ? 'Höchstens 256 Netze' : `${entry ?? 'Das'} ist kein Netz wie 10.0.0.0/8`,
  dns: (fault, entry) =>
    fault === 'high' ? 'Höchstens 4 Server' : `${entry ?? 'Das'} ist keine IPv4-Adresse`,
  searchDomains: (fault, entry) =>
    fault === 'high' ? 'Höchstens 16 Domänen' : `${entry ?? 'Das'} ist keine Domäne wie corp.example`,
  mru: () => 'Eine Zahl von 576 bis 1500',
  keepAliveSeconds: () => 'Eine Zahl von 5 bis 300',
};

const unreadable: UnreadableTexts = {
  'too-large': 'Diese Datei ist zu groß für eine Profildatei. Es wurde nichts importiert.',
  'not-json': 'Das ist keine Profildatei. Es wurde nichts importiert.',
  'not-profiles': 'In dieser Datei sind keine Profile. Es wurde nichts importiert.',
  'newer-version':
    'Diese Datei stammt von einer neueren Version dieses Programms. Es wurde nichts importiert.',
};

/** What was entered and not sent, by the issue's code. */
const unusable: ReadonlyMap<string, string> = new Map([
  [
    'code-used',
    'Dieses Einmalkennwort wurde schon benutzt. Warten Sie auf das nächste: Jedes gilt nur einmal.',
  ],
  ['not-a-code', 'Ein Einmalkennwort hat sechs Zeichen: die Ziffern 0 bis 9 und die Buchstaben a bis f.'],
  ['not-a-pin', 'Eine PIN hat 4 bis 7 Ziffern.'],
]);

const obstacle: ObstacleTexts = {
  silent: () =>
    'Ein anderes Programm von Ihnen, ein Fenster oder ein Terminal, scheint verbunden zu sein und antwortet nicht. Beenden Sie es dort und verbinden Sie dann erneut.',
  'other-version': () =>
    'Eine andere Version dieses Programms ist verbunden. Trennen Sie zuerst dort und verbinden Sie dann erneut.',
  'just-ended': () =>
    'Eine Verbindung eines anderen Programms ist eben zu Ende gegangen. Verbinden Sie erneut.',
  folder: (detail) =>
    `Es wurde nichts verbunden, weil nicht festzustellen ist, ob ein anderes Programm von Ihnen verbunden ist: ${detail}`,
};

const error: ErrorTexts = {
  'invalid-request': ({ issues }) =>
    issues.map(({ code }) => unusable.get(code)).find((sentence) => sentence !== undefined) ??
    'Etwas von dem, was Sie eingegeben haben, ist nicht brauchbar.',
  'unknown-call': () => 'Fenster und Programm haben verschiedene Versionen. Starten Sie das Programm neu.',
  'secrets-unavailable': ({ detail }) =>
    `Der Schlüsselbund des Systems hat das Kennwort nicht angenommen: ${detail}`,
  'unreadable-file': ({ problem }) => unreadable[problem],
  'not-now': () => 'Das ist nicht mehr möglich: Die Verbindung ist schon weiter.',
  'already-connected': ({ profileName, elsewhere }) =>
    elsewhere
      ? `„${profileName}“ ist über ein anderes Programm verbunden, zum Beispiel „smartvpn connect“ in einem Terminal. Trennen Sie dort zuerst.`
      : `„${profileName}“ ist verbunden. Trennen Sie zuerst diese Verbindung.`,
  'claim-unavailable': ({ reason, detail }) => obstacle[reason](detail),
  'connection-lost': () => 'Das Programm ist nicht erreichbar. Es wurde nichts geändert.',
  'invalid-reply': () => 'Fenster und Programm haben verschiedene Versionen. Starten Sie das Programm neu.',
  internal: ({ detail }) => `In diesem Programm selbst ist etwas schiefgegangen: ${detail}`,
};

const problem: ProblemTexts = {
  core: ({ detail, restarted }) =>
    restarted
      ? `Der Teil des Programms, der Verbindungen herstellt, war ausgefallen und wurde neu gestartet. Verbindungen wurden beendet. (${detail})`
      : `Der Teil des Programms, der Verbindungen herstellt, ist ausgefallen. (${detail})`,
  'network-recovered': ({ detail }) =>
    `Was ein früherer Lauf im Netzwerk dieses Computers hinterlassen hatte, wurde aufgeräumt: ${detail}`,
};

export const de: WindowText = {
  appName: 'Smart VPN Client',
  ok: 'OK',
  cancel: 'Abbrechen',
  undo: 'Rückgängig',
  dismiss: 'Ausblenden',
  copy: 'Kopieren',
  copied: 'Kopiert',
  notCopied: 'Nicht kopiert',
  back: 'Profile',

  link: {
    starting: 'Startet…',
    failedTitle: 'Dieses Fenster konnte nicht gefüllt werden',
    lostTitle: 'Verbindung zum Programm verloren',
    lost: 'Dieses Fenster erreicht das Programm dahinter nicht mehr. Läuft es noch, bestehen auch seine VPN-Verbindungen weiter. Es wird weiter versucht…',
    refusedTitle: 'Dieses Fenster hat keinen Zugang',
    refused:
      'Der Adresse fehlt das richtige Token, oder das Programm wurde neu gestartet. Öffnen Sie die Adresse, die „smartvpn ui“ zuletzt ausgegeben hat.',
  },

  fault: {
    title: 'Dieses Fenster ist ausgefallen',
    goesOn: 'VPN-Verbindungen bestehen ohne es weiter.',
    reload: 'Fenster neu laden',
  },

  list: {
    title: 'Profile',
    search: 'Profile suchen',
    add: 'Hinzufügen',
    edit: 'Bearbeiten',
    duplicate: 'Duplizieren',
    remove: 'Löschen',
    import: 'Importieren',
    export: 'Exportieren',
    nothingFound: (search) => `Kein Profil enthält „${search}“.`,
    count: (found, all) => (found === all ? `${all} Profile` : `${found} von ${all} Profilen`),
    copyName: (name) => `${name} (Kopie)`,
    log: 'Protokoll',
    settings: 'Einstellungen',
  },

  firstRun: {
    title: 'Mit Ihrem Büro verbinden',
    intro: 'Sie brauchen drei Angaben aus der Anleitung Ihres Administrators:',
    server: 'Name oder Adresse des Routers, und den Port, wenn er nicht 443 ist',
    user: 'Ihren Benutzernamen',
    secret: 'Ihr Kennwort oder Ihr Token für Einmalkennwörter (mOTP)',
    next: 'Klicken Sie dann auf Verbinden. Beim ersten Mal werden Sie gefragt, ob Sie dem Zertifikat des Routers vertrauen.',
    add: 'Erstes Profil hinzufügen',
    import: 'Profildatei importieren…',
  },

  removal: {
    title: (name) => `„${name}“ löschen?`,
    text: 'Das Profil und das dafür aufbewahrte Kennwort werden gelöscht. Ist es verbunden, wird es vorher getrennt.',
    confirm: 'Löschen',
    done: (name, others) =>
      others === 0 ? `„${name}“ wurde gelöscht.` : `„${name}“ wurde gelöscht, und ${others} davor.`,
  },

  profileGone: 'Dieses Profil gibt es nicht mehr: Es wurde in einem anderen Fenster oder Programm gelöscht.',

  lockedOut: (name) =>
    `„${name}“ wurde nicht angewählt: Der Router hat Sie ausgesperrt, und jeder Versuch kann das verlängern. „Trotzdem verbinden“ wählt es dennoch an.`,

  imported: (added, refused) => {
    const taken =
      added === 0 ? 'Es wurde nichts' : added === 1 ? 'Ein Profil wurde' : `${added} Profile wurden`;
    if (refused === 0) return `${taken} importiert.`;
    const left = added > 0 ? String(refused) : refused === 1 ? 'ein Profil' : `${refused} Profile`;
    return `${taken} importiert, ${left} ${refused === 1 ? 'war' : 'waren'} nicht lesbar:`;
  },

  refused: (index, name, field, fault) =>
    `${name === '' ? `Profil ${index}` : `„${name}“`}${field === '' ? '' : `, ${field}`}: ${fault}`,
  unusable: 'fehlt oder ist nicht brauchbar',

  status: {
    view: 'Status',
    connect: 'Verbinden',
    connectAnyway: 'Trotzdem verbinden',
    retryNow: 'Jetzt verbinden',
    disconnect: 'Trennen',
    cancel: 'Abbrechen',
    step: (step, of) => `Schritt ${step} von ${of}`,
    attempt: (attempt) => `Versuch ${attempt}`,
    idle: 'Klicken Sie auf Verbinden, oder doppelklicken Sie auf das Profil.',
    leaving: 'Das Netz dieses Computers wird wieder wie zuvor…',
    testIdle: 'Verbindung testen',
    testDone: 'Der Test ist gelungen. Über diese Verbindung fließt kein Datenverkehr.',
    address: 'Virtuelle IP',
    address6: 'Virtuelle IPv6',
    router: 'Router',
    gateway: 'Router im Tunnel',
    dns: 'DNS-Server',
    cipher: 'Verschlüsselung',
    authentication: 'Angemeldet über',
    interfaceName: 'Schnittstelle',
    mtu: 'MTU',
    uptime: 'Verbindungsdauer',
    received: 'Empfang',
    sent: 'Senden',
    server: 'Server',
    serverType: 'Servertyp',
    userName: 'Benutzername',
    none: '—',
    because: 'Grund:',
    retryIn: (duration) => `Wieder möglich in ${duration}`,
  },

  statistics: {
    view: 'Statistik',
    notConnected: 'Die Statistik erscheint hier, solange dieses Profil verbunden ist.',
    received: 'Empfangen',
    sent: 'Gesendet',
    rateNow: 'jetzt',
    ratePeak: 'max.',
    packets: (count) => `${count} Pakete`,
    roundTrip: 'Umlaufzeit zum Router',
    unknown: 'noch nicht gemessen',
    uptime: 'Verbindungsdauer',
    chart: 'Raten der letzten fünf Minuten',
    chartSummary: (received, sent) => `Empfang ${received}, Senden ${sent}.`,
    history: 'Frühere Sitzungen',
    noHistory: 'Noch keine Sitzungen.',
    when: 'Wann',
    howLong: 'Wie lange',
    howMuch: 'Empfangen / gesendet',
    whyEnded: 'Ende',
    clear: 'Verlauf löschen',
    clearSure: 'Endgültig löschen?',
    clearYes: 'Löschen',
  },

  log: {
    view: 'Protokoll',
    filter: 'Zeilen filtern',
    level: 'Stufe',
    levels: { debug: 'Alles', info: 'Informationen', warn: 'Warnungen', error: 'Fehler' },
    levelNames: { debug: 'Detail', info: 'Info', warn: 'Warnung', error: 'Fehler' },
    empty: 'Keine Zeilen.',
    lines: 'Zeilen des Protokolls',
    copy: 'Zeilen kopieren',
    report: 'Bericht speichern…',
    reportTitle: 'Bericht',
    reportText:
      'Das ist alles, was der Bericht enthält. Kennwörter, Codes und Geheimnisse sind entfernt. Lesen Sie ihn, bevor Sie ihn weitergeben.',
    save: 'Speichern',
  },

  settings: {
    view: 'Einstellungen',
    start: 'Start',
    startAtLogin: 'Bei der Anmeldung starten',
    startMinimised: 'Minimiert starten',
    connectOnStart: 'Beim Start verbinden',
    connectNone: 'Kein Profil',
    connectSearch: 'Profil für den Start suchen',
    connectOffered: (offered, all) => `${offered} von ${all} Profilen stehen zur Wahl.`,
    window: 'Fenster',
    minimiseToTrayOnConnect: 'Beim Verbinden in den Infobereich minimieren',
    notifications: 'Benachrichtigungen anzeigen',
    connection: 'Verbindung',
    reconnect: 'Automatisch wieder verbinden',
    reconnectHint: 'Für neue Profile. Jedes Profil hat seine eigene Einstellung.',
    look: 'Aussehen',
    theme: 'Farben',
    themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
    language: 'Sprache',
    languageSystem: 'Wie das System',
    version: (version) => `Version ${version}`,
    needsDesktop: 'Nur im Desktop-Programm.',
    noTray: 'Dieser Desktop hat keinen Infobereich.',
    protection: {
      system: 'Kennwörter liegen im Schlüsselbund des Systems.',
      memory: 'Kennwörter bleiben nur im Arbeitsspeicher, bis das Programm endet.',
      none: 'Kennwörter liegen in einer Datei, die jeder lesen kann, der diese Festplatte lesen kann: Dieses System hat keinen Schlüsselbund.',
    },
  },

  editor: {
    titles: { new: 'Profil hinzufügen', copy: 'Profil duplizieren', edit: 'Profil bearbeiten' },
    general: 'Allgemein',
    security: 'Anmeldung',
    name: 'Profilname',
    serverType: 'Servertyp',
    onlySsl:
      'Dieses Programm wählt SSL-VPN-Tunnel an. Andere Typen können aufbewahrt, aber noch nicht verbunden werden.',
    server: 'Server-IP oder Rechnername & Port',
    serverOnly: 'Server-IP oder Rechnername',
    port: 'Port',
    authentication: 'Art der Anmeldung',
    authentications: { password: 'Benutzername und Kennwort', motp: 'Mobile One-Time (mOTP)' },
    userName: 'Benutzername',
    password: 'Kennwort',
    passwordHint: 'Leer lassen, um beim Verbinden gefragt zu werden.',
    passwordKept: 'Ein Kennwort ist aufbewahrt. Leer lassen, um es zu behalten.',
    forgetPassword: 'Das aufbewahrte Kennwort vergessen',
    motpPassword: 'Nach Einmalkennwörtern wird bei jedem Verbinden gefragt; sie werden nie aufbewahrt.',
    rememberCredentials: 'Anmeldedaten merken',
    alwaysPrompt: 'Immer nach Anmeldedaten fragen',
    motpSettings: 'mOTP-Einstellungen',
    motpHint:
      'Wenn Sie möchten, ist dieses Programm Ihr Token. Geben Sie hier das Geheimnis ein, das im Router steht, oder erzeugen Sie eines. Beim Verbinden wird dann nur nach Ihrer PIN gefragt.',
    motpKept: 'Ein Geheimnis ist aufbewahrt. Leer lassen, um es zu behalten.',
    forgetMotpSecret: 'Das aufbewahrte Geheimnis vergessen und Codes von einem anderen Token eintippen',
    secret: 'Geheimnis',
    generate: 'Erzeugen',
    generatedHint:
      'Kopieren Sie dieses Geheimnis jetzt in den Einwahlbenutzer des Routers: Nach OK wird es nicht mehr angezeigt.',
    ip: 'IP-Eigenschaft',
    ipModes: { auto: 'Automatisch', static: 'Fest' },
    address: 'IP-Adresse',
    netmask: 'Subnetzmaske',
    ipDns: 'DNS-Server',
    advanced: 'Erweiterte Optionen',
    useDefaultGateway: 'Standardgateway des entfernten Netzes verwenden',
    useDefaultGatewayHint: 'Ein: Aller Datenverkehr geht durch das VPN. Aus: nur der zum entfernten Netz.',
    routes: 'Weitere Netze',
    routesHint: 'Auch über das VPN erreichbar, zum Beispiel 10.0.0.0/8, 172.16.0.0/12',
    excludedRoutes: 'Netze außerhalb des VPNs',
    excludedRoutesHint: 'Werden immer direkt erreicht, zum Beispiel 192.168.7.0/24, 192.168.8.0/24',
    dns: 'DNS-Server statt denen des Routers',
    searchDomains: 'Suchdomänen',
    mru: 'MRU (Byte)',
    keepAliveSeconds: 'Keep-alive (Sekunden)',
    reconnect: 'Automatisch wieder verbinden',
    blockWhenDown: 'Datenverkehr sperren, wenn der Tunnel abbricht',
    blockWhenDownHint:
      'Bis der Tunnel wieder steht, geht nichts an ihm vorbei, was auch immer ihn aufhält. Trennen hebt die Sperre auf. Beendet oder abgestürzt sperrt dieses Programm nichts.',
    verifyServerCertificate: 'Zertifikat des Servers prüfen',
    verifyOff: 'Ohne Prüfung kann jeder zwischen Ihnen und dem Router Ihr Kennwort lesen.',
    minimumTls: 'Niedrigste TLS-Version',
    legacyRenegotiation: 'Alte Neuaushandlung (legacy renegotiation) erlauben',
    legacyHint: 'Nur für Router mit alter Firmware.',
    framesPerRecord: 'Frames in einem TLS-Record',
    framesPerRecordHint:
      'Einer ist langsamer. Hilft, wenn der Router die Verbindung trennt, sobald Daten fließen.',
    recordSizes: { many: 'Viele', one: 'Einer' },
    trusted: (date) =>
      `Sie vertrauen ihm seit dem ${date}. Ist es vergessen, werden Sie beim nächsten Verbinden gefragt.`,
    forgetCertificate: 'Gemerktes Zertifikat vergessen',
    waiting: (name) =>
      `„${name}“ wartet auf eine Antwort von Ihnen: Gefragt wird, sobald dies geschlossen ist.`,
    discardSure: 'Änderungen verwerfen?',
    discard: 'Verwerfen',
    goOn: 'Weiter bearbeiten',
    wrongFields: (count) =>
      count === 1
        ? 'Ein Feld muss noch einmal angesehen werden.'
        : `${count} Felder müssen noch einmal angesehen werden.`,
    listHint: 'Einträge durch Kommas trennen.',
  },

  prompt: {
    connect: 'Verbinden',
    userName: 'Benutzername',
    submit: 'Weiter',
    sending: 'Wird gesendet…',
    noUserName: 'Geben Sie Ihren Benutzernamen ein',
    noPassword: 'Geben Sie Ihr Kennwort ein',
    motpWrong: 'Ein Einmalkennwort besteht nur aus den Ziffern 0 bis 9 und den Buchstaben a bis f.',
    motpLong: 'Ein Einmalkennwort hat sechs Zeichen.',
    motpShort: (missing) => (missing === 1 ? 'Noch ein Zeichen' : `Noch ${missing} Zeichen`),
    pinWrong: 'Eine PIN besteht nur aus Ziffern.',
    pinShort: 'Eine PIN hat 4 bis 7 Ziffern.',
    totpWrong: 'Ein Code besteht nur aus Ziffern.',
    totpLong: 'Ein Code hat sechs Ziffern.',
  },

  certificate: {
    trust: 'Diesem Router vertrauen',
    trustChanged: 'Dem neuen Zertifikat vertrauen',
    understood: 'Mein Administrator hat bestätigt, dass das Zertifikat ersetzt wurde',
    fingerprint: 'Fingerabdruck (SHA-256)',
    subject: 'Ausgestellt für',
    issuer: 'Ausgestellt von',
    itself: 'sich selbst',
    names: 'Namen',
    valid: 'Gültig',
    validity: (from, to) => `${from} bis ${to}`,
    trustedKey: 'Bisheriger Schlüssel',
    offeredKey: 'Jetziger Schlüssel',
  },

  field,
  error,
  problem,
};
