import type { FailureKind } from '../shared/connection.ts';

/**
 * What the program's exit code says. One table: the commands take their codes from here,
 * `smartvpn help exit-codes` prints it, and docs/command-line.md repeats it (a test compares them).
 * Codes are never reused for something else; 64 and up are left to the shell's own.
 */
export const EXIT_CODES = {
  done: {
    code: 0,
    means: 'Done. For connect: ended by you or by "smartvpn disconnect" after it was connected.',
  },
  internal: { code: 1, means: 'A fault of this program. "smartvpn log" or --verbose has the detail.' },
  usage: { code: 2, means: 'The command line or a value in it is not valid.' },
  'profile-not-found': { code: 3, means: 'No profile goes by that name.' },
  'storage-failed': {
    code: 4,
    means: 'Profiles or settings could not be read or written (damaged file, full disk, permissions).',
  },
  'already-connected': { code: 5, means: 'A connection is already up or being made.' },
  'not-connected': { code: 6, means: 'There is no connection to show or to end.' },
  'nobody-to-ask': {
    code: 7,
    means:
      'A password, code, PIN or decision is needed, and there is no terminal to ask on and no option gave it.',
  },
  declined: { code: 8, means: 'You answered no, or ended the question.' },
  'file-failed': {
    code: 9,
    means: 'A file named on the command line, or standard output, could not be read or written.',
  },
  'name-not-found': { code: 10, means: "The router's name does not exist, or no DNS server answered." },
  'network-unreachable': { code: 11, means: 'There is no way to the router from this network.' },
  'connection-refused': { code: 12, means: 'The router, or a firewall, refuses connections on that port.' },
  'timed-out': { code: 13, means: 'No answer in time. The message names the stage.' },
  'tls-failed': { code: 14, means: 'No secure channel could be agreed on.' },
  'certificate-unknown': {
    code: 15,
    means: "The router's certificate is not trusted yet, and was not accepted.",
  },
  'certificate-changed': {
    code: 16,
    means: "The router's certificate is not the one that was trusted. Nothing was sent.",
  },
  'not-draytek-ssl-vpn': { code: 17, means: 'Something answered, but it is no DrayTek SSL VPN.' },
  'captive-portal': {
    code: 18,
    means: 'A sign-in page of the network answers instead of the router. Nothing was sent.',
  },
  'no-network': { code: 19, means: 'This computer has no network.' },
  'credentials-refused': { code: 20, means: 'Wrong user name or password, or the account may not dial in.' },
  'code-refused': {
    code: 21,
    means: 'The one-time code was refused: wrong PIN, used or expired, or clocks apart.',
  },
  'locked-out': { code: 22, means: 'Too many wrong attempts: the router blocks this address for a while.' },
  'no-address': { code: 23, means: 'The router gave no address.' },
  'keyring-failed': {
    code: 24,
    means: 'There is no keyring, or it stayed locked, or does not answer.',
  },
  'device-not-permitted': {
    code: 30,
    means: 'A network device may not be made here. "smartvpn test" works without one.',
  },
  'network-setup-failed': { code: 31, means: 'The device, routes or DNS could not be set up.' },
  'protocol-error': { code: 40, means: 'The router sent what no router may send.' },
  'router-closed': { code: 41, means: 'The router ended the connection.' },
  'peer-silent': { code: 42, means: 'The router stopped answering.' },
  'link-lost': { code: 43, means: 'The network connection to the router broke.' },
  'unsupported-server-type': { code: 50, means: 'This kind of server cannot be dialled yet.' },
  'router-failed': { code: 60, means: 'The router emulator could not be started.' },
  hangup: { code: 129, means: 'Interrupted (SIGHUP) before there was a connection.' },
  interrupted: { code: 130, means: 'Interrupted (Ctrl-C, SIGINT) before there was a connection.' },
  terminated: { code: 143, means: 'Interrupted (SIGTERM) before there was a connection.' },
} as const satisfies Record<FailureKind, ExitCodeRow> & Record<string, ExitCodeRow>;

interface ExitCodeRow {
  readonly code: number;
  readonly means: string;
}

/** The name of a row of the table: every cause of a failed connection, and what is the command line's own. */
export type ExitReason = keyof typeof EXIT_CODES;

export function exitCode(reason: ExitReason): number {
  return EXIT_CODES[reason].code;
}

/** The table as `smartvpn help exit-codes` prints it. */
export function exitCodesText(): string {
  const rows = Object.entries(EXIT_CODES).map(
    ([reason, row]) => `  ${String(row.code).padStart(3)}  ${reason.padEnd(24)} ${row.means}`,
  );
  return `Exit codes of smartvpn, by cause. --json names the same causes in "reason".\n\n${rows.join('\n')}\n`;
}
