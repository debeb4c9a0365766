import type { ErrorTexts, FieldTexts, ObstacleTexts, ProblemTexts, UnreadableTexts } from './text-types.ts';

const field: FieldTexts = {
  name: (fault) =>
    fault === 'low'
      ? 'Enter a name for this profile'
      : fault === 'high'
        ? 'Use at most 100 characters'
        : 'Leave out line breaks and control characters',
  server: () => 'Enter a host name or an IP address, for example vpn.example.com',
  port: () => 'A port is a number from 1 to 65535',
  userName: (fault) =>
    fault === 'high' ? 'Use at most 64 characters' : 'A user name has no colon and no control characters',
  password: () => 'Use at most 256 characters',
  motpSecret: (fault) =>
    fault === 'high'
      ? 'A secret has at most 32 digits'
      : 'A secret has only the digits 0 to 9 and the letters a to f',
  address: () => 'Enter an IPv4 address, for example 192.168.1.50',
  netmask: () => 'Enter a netmask, for example 255.255.255.0',
  ipDns: (fault, entry) =>
    fault === 'high' ? 'Use at most 4 servers' : `${entry ?? 'This'} is not an IPv4 address`,
  routes: (fault, entry) =>
    fault === 'high' ? 'Use at most 256 networks' : `${entry ?? 'This'} is not a network such as 10.0.0.0/8`,
  excludedRoutes: (fault, entry) =>
    fault === 'high' ? 'Use at most 256 networks' : `${entry ?? 'This'} is not a network such as 10.0.0.0/8`,
  dns: (fault, entry) =>
    fault === 'high' ? 'Use at most 4 servers' : `${entry ?? 'This'} is not an IPv4 address`,
  searchDomains: (fault, entry) =>
    fault === 'high' ? 'Use at most 16 domains' : `${entry ?? 'This'} is not a domain such as corp.example`,
  mru: () => 'A number from 576 to 1500',
  keepAliveSeconds: () => 'A number from 5 to 300',
};

const unreadable: UnreadableTexts = {
  'too-large': 'This file is too large to be a profile file. Nothing was imported.',
  'not-json': 'This is not a profile file. Nothing was imported.',
  'not-profiles': 'There are no profiles in this file. Nothing was imported.',
  'newer-version': 'This file was written by a newer version of this program. Nothing was imported.',
};

/** What was entered and not sent, by the issue's code. */
const unusable: ReadonlyMap<string, string> = new Map([
  ['code-used', 'This one-time password was used already. Wait for the next one: each is taken only once.'],
  ['not-a-code', 'A one-time password has six characters: the digits 0 to 9 and the letters a to f.'],
  ['not-a-pin', 'A PIN has 4 to 7 digits.'],
]);

const obstacle: ObstacleTexts = {
  silent: () =>
    'Another program of yours, a window or a terminal, seems to hold a connection and does not answer. End it there, then connect again.',
  'other-version': () =>
    'Another version of this program holds a connection. Disconnect there first, then connect again.',
  'just-ended': () => 'A connection of another program has ended just now. Connect again.',
  folder: (detail) =>
    `Nothing was connected, because it cannot be found out whether another program of yours is: ${detail}`,
};

const error: ErrorTexts = {
  'invalid-request': ({ issues }) =>
    issues.map(({ code }) => unusable.get(code)).find((sentence) => sentence !== undefined) ??
    'Something in what you entered cannot be used.',
  'unknown-call': () => 'Window and program are of different versions. Start the program anew.',
  'secrets-unavailable': ({ detail }) => `The system’s keyring did not take the password: ${detail}`,
  'unreadable-file': ({ problem }) => unreadable[problem],
  'not-now': () => 'That is no longer possible: the connection has moved on.',
  'already-connected': ({ profileName, elsewhere }) =>
    elsewhere
      ? `“${profileName}” is connected by another program, for example “smartvpn connect” in a terminal. Disconnect there first.`
      : `“${profileName}” is connected. Disconnect it first.`,
  'claim-unavailable': ({ reason, detail }) => obstacle[reason](detail),
  'connection-lost': () => 'The program cannot be reached. Nothing was changed.',
  'invalid-reply': () => 'Window and program are of different versions. Start the program anew.',
  internal: ({ detail }) => `Something went wrong in this program itself: ${detail}`,
};

const problem: ProblemTexts = {
  core: ({ detail, restarted }) =>
    restarted
      ? `The part of the program that makes connections had failed and was started again. Connections have ended. (${detail})`
      : `The part of the program that makes connections has failed. (${detail})`,
  'network-recovered': ({ detail }) =>
    `What an earlier run had left in this computer’s network was cleaned up: ${detail}`,
};

/** What the window says besides what `shared/text` has for every surface. Words in quotes in ui.md are kept. */
export const en = {
  appName: 'Smart VPN Client',
  ok: 'OK',
  cancel: 'Cancel',
  undo: 'Undo',
  dismiss: 'Dismiss',
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Not copied',
  back: 'Profiles',

  link: {
    starting: 'Starting…',
    failedTitle: 'This window could not be filled',
    lostTitle: 'Connection to the program lost',
    lost: 'This window can no longer reach the program behind it. If that is still running, so are its VPN connections. Trying again…',
    refusedTitle: 'This window is not allowed in',
    refused:
      'The address lacks the right token, or the program was started anew. Open the address that “smartvpn ui” printed last.',
  },

  fault: {
    title: 'This window has failed',
    goesOn: 'VPN connections go on without it.',
    reload: 'Load the window again',
  },

  list: {
    title: 'Profiles',
    search: 'Search profiles',
    add: 'Add',
    edit: 'Edit',
    duplicate: 'Duplicate',
    remove: 'Delete',
    import: 'Import',
    export: 'Export',
    nothingFound: (search: string) => `No profile has “${search}” in it.`,
    count: (found: number, all: number) =>
      found === all ? `${all} profiles` : `${found} of ${all} profiles`,
    copyName: (name: string) => `${name} (copy)`,
    log: 'Log',
    settings: 'Settings',
  },

  firstRun: {
    title: 'Connect to your office',
    intro: 'You need three things from your administrator’s guide:',
    server: 'the router’s name or address, and its port if it is not 443',
    user: 'your user name',
    secret: 'your password, or your token for one-time passwords (mOTP)',
    next: 'Then press Connect. The first time you are asked whether you trust the router’s certificate.',
    add: 'Add your first profile',
    import: 'Import a profile file…',
  },

  removal: {
    title: (name: string) => `Delete “${name}”?`,
    text: 'The profile and the password kept for it are deleted. If it is connected, it is disconnected first.',
    confirm: 'Delete',
    done: (name: string, others: number) =>
      others === 0 ? `“${name}” was deleted.` : `“${name}” was deleted, and ${others} before it.`,
  },

  profileGone: 'This profile is no longer there: it was deleted in another window or program.',

  lockedOut: (name: string) =>
    `“${name}” was not dialled: the router has locked you out, and each try may prolong it. “Connect anyway” does it nonetheless.`,

  imported: (added: number, refused: number) => {
    const taken = added === 0 ? 'Nothing was' : added === 1 ? 'One profile was' : `${added} profiles were`;
    if (refused === 0) return `${taken} imported.`;
    const left = added > 0 ? refused : refused === 1 ? 'one profile' : `${refused} profiles`;
    return `${taken} imported, ${left} could not be read:`;
  },

  /** `name`: empty when it has none. `field`: empty when it is none at all. */
  refused: (index: number, name: string, field: string, fault: string) =>
    `${name === '' ? `Profile ${index}` : `“${name}”`}${field === '' ? '' : `, ${field}`}: ${fault}`,
  unusable: 'missing, or not usable',

  status: {
    view: 'Status',
    connect: 'Connect',
    connectAnyway: 'Connect anyway',
    retryNow: 'Connect now',
    disconnect: 'Disconnect',
    cancel: 'Cancel',
    step: (step: number, of: number) => `Step ${step} of ${of}`,
    attempt: (attempt: number) => `Attempt ${attempt}`,
    idle: 'Press Connect, or double-click the profile.',
    leaving: 'This computer’s network is put back as it was…',
    testIdle: 'Test connection',
    testDone: 'The test succeeded. No traffic goes through this connection.',
    address: 'Virtual IP',
    address6: 'Virtual IPv6',
    router: 'Router',
    gateway: 'Router inside the tunnel',
    dns: 'DNS servers',
    cipher: 'Cipher',
    authentication: 'Signed in by',
    interfaceName: 'Interface',
    mtu: 'MTU',
    uptime: 'Uptime',
    received: 'Receiving',
    sent: 'Sending',
    server: 'Server',
    serverType: 'Server Type',
    userName: 'User Name',
    none: '—',
    because: 'Why:',
    retryIn: (duration: string) => `Try again in ${duration}`,
  },

  statistics: {
    view: 'Statistics',
    notConnected: 'Statistics appear here while this profile is connected.',
    received: 'Received',
    sent: 'Sent',
    rateNow: 'now',
    ratePeak: 'peak',
    packets: (count: string) => `${count} packets`,
    roundTrip: 'Round trip to the router',
    unknown: 'not measured yet',
    uptime: 'Uptime',
    chart: 'Rates of the last five minutes',
    chartSummary: (received: string, sent: string) => `Receiving ${received}, sending ${sent}.`,
    history: 'Session history',
    noHistory: 'No sessions yet.',
    when: 'When',
    howLong: 'How long',
    howMuch: 'Received / sent',
    whyEnded: 'Ended',
    clear: 'Clear history',
    clearSure: 'Clear it for good?',
    clearYes: 'Clear',
  },

  log: {
    view: 'Log',
    filter: 'Filter lines',
    level: 'Level',
    levels: {
      debug: 'Everything',
      info: 'Information',
      warn: 'Warnings',
      error: 'Errors',
    },
    levelNames: {
      debug: 'debug',
      info: 'info',
      warn: 'warning',
      error: 'error',
    },
    empty: 'No lines.',
    lines: 'Log lines',
    copy: 'Copy lines',
    report: 'Save report…',
    reportTitle: 'Report',
    reportText:
      'This is all that the report holds. Passwords, codes and secrets have been taken out. Read it before you pass it on.',
    save: 'Save',
  },

  settings: {
    view: 'Settings',
    start: 'Start',
    startAtLogin: 'Start at login',
    startMinimised: 'Start minimised',
    connectOnStart: 'Connect on start',
    connectNone: 'No profile',
    connectSearch: 'Find the profile to connect on start',
    connectOffered: (offered: number, all: number) => `${offered} of ${all} profiles are offered.`,
    window: 'Window',
    minimiseToTrayOnConnect: 'Minimise to the tray on connect',
    notifications: 'Show notifications',
    connection: 'Connection',
    reconnect: 'Reconnect by itself',
    reconnectHint: 'For new profiles. Each profile has its own setting.',
    look: 'Look',
    theme: 'Theme',
    themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
    language: 'Language',
    languageSystem: 'As the system',
    version: (version: string) => `Version ${version}`,
    needsDesktop: 'Only in the desktop program.',
    noTray: 'This desktop has no tray.',
    protection: {
      system: 'Passwords are kept in the system’s keyring.',
      memory: 'Passwords are kept in memory only, until the program ends.',
      none: 'Passwords are kept in a file that anyone who can read this disk can read: this system has no keyring.',
    },
  },

  editor: {
    titles: { new: 'Add profile', copy: 'Duplicate profile', edit: 'Edit profile' },
    general: 'General',
    security: 'Sign-in',
    name: 'Profile Name',
    serverType: 'Server Type',
    onlySsl: 'This client dials SSL VPN tunnels. Other types can be kept, but not connected yet.',
    server: 'Server IP or Hostname & Port',
    serverOnly: 'Server IP or Hostname',
    port: 'Port',
    authentication: 'Authentication Type',
    authentications: { password: 'Username and Password', motp: 'Mobile One-Time (mOTP)' },
    userName: 'User Name',
    password: 'Password',
    passwordHint: 'Leave it empty to be asked when connecting.',
    passwordKept: 'A password is kept. Leave this empty to keep it.',
    forgetPassword: 'Forget the kept password',
    motpPassword: 'One-time passwords are asked for each time you connect, and never kept.',
    rememberCredentials: 'Remember My Credentials',
    alwaysPrompt: 'Always Prompt for Credentials',
    motpSettings: 'mOTP Settings',
    motpHint:
      'Optional: let this program be your token. Enter here the secret that stands in the router, or generate one. Connecting then asks for your PIN alone.',
    motpKept: 'A secret is kept. Leave this empty to keep it.',
    forgetMotpSecret: 'Forget the kept secret and type codes from another token',
    secret: 'Secret',
    generate: 'Generate',
    generatedHint:
      'Copy this secret into the router’s dial-in user now: once you press OK it is not shown again.',
    ip: 'IP Property',
    ipModes: { auto: 'Auto', static: 'Static' },
    address: 'IP Address',
    netmask: 'Subnet Mask',
    ipDns: 'DNS servers',
    advanced: 'Advanced Options',
    useDefaultGateway: 'Use default gateway on remote network',
    useDefaultGatewayHint: 'On: all traffic goes through the VPN. Off: only traffic to the remote network.',
    routes: 'More networks',
    routesHint: 'Reached through the VPN too, for example 10.0.0.0/8, 172.16.0.0/12',
    excludedRoutes: 'Networks outside the VPN',
    excludedRoutesHint:
      'Reached directly, whatever the rest does, for example 192.168.7.0/24, 192.168.8.0/24',
    dns: 'DNS servers instead of the router’s',
    searchDomains: 'Search domains',
    mru: 'MRU (bytes)',
    keepAliveSeconds: 'Keep-alive (seconds)',
    reconnect: 'Reconnect by itself',
    blockWhenDown: 'Block traffic when the tunnel drops',
    blockWhenDownHint:
      'Until the tunnel is back, nothing leaves past it, whatever keeps it down. Disconnect ends the block. Ended or crashed, this program blocks nothing.',
    verifyServerCertificate: 'Enable Server Certificate Authentication',
    verifyOff: 'Without it anyone between you and the router can read your password.',
    minimumTls: 'Minimum TLS version',
    legacyRenegotiation: 'Allow legacy renegotiation',
    legacyHint: 'Only for routers with old firmware.',
    framesPerRecord: 'Frames in a TLS record',
    framesPerRecordHint: 'One is slower. Choose it if the router drops the connection as soon as data flows.',
    recordSizes: { many: 'Many', one: 'One' },
    trusted: (date: string) =>
      `You trusted it on ${date}. Once it is forgotten, you are asked when you connect next.`,
    forgetCertificate: 'Forget the trusted certificate',
    waiting: (name: string) => `“${name}” waits for an answer from you: it is asked for once this is closed.`,
    discardSure: 'Discard what you changed?',
    discard: 'Discard',
    goOn: 'Go on editing',
    wrongFields: (count: number) =>
      count === 1 ? 'One field needs another look.' : `${count} fields need another look.`,
    listHint: 'Separate entries by commas.',
  },

  prompt: {
    connect: 'Connect',
    userName: 'User Name',
    submit: 'Continue',
    sending: 'Sending…',
    noUserName: 'Enter your user name',
    noPassword: 'Enter your password',
    motpWrong: 'Only the digits 0 to 9 and the letters a to f can be in a one-time password.',
    motpLong: 'A one-time password has six characters.',
    motpShort: (missing: number) => (missing === 1 ? 'One more character' : `${missing} more characters`),
    pinWrong: 'A PIN has digits only.',
    pinShort: 'A PIN has 4 to 7 digits.',
    totpWrong: 'A code has digits only.',
    totpLong: 'A code has six digits.',
  },

  certificate: {
    trust: 'Trust this router',
    trustChanged: 'Trust the new certificate',
    understood: 'My administrator confirmed that the certificate was replaced',
    fingerprint: 'Fingerprint (SHA-256)',
    subject: 'Issued to',
    issuer: 'Issued by',
    itself: 'itself',
    names: 'Names',
    valid: 'Valid',
    validity: (from: string, to: string) => `${from} to ${to}`,
    trustedKey: 'Key trusted before',
    offeredKey: 'Key offered now',
  },

  field,

  error,
  problem,
};

export type WindowText = typeof en;
