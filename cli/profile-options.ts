import type { Command } from 'commander';
import type { ProfileField } from '../shared/profile-fields.ts';

interface ProfileOption {
  readonly field: ProfileField;
  readonly flag: string;
  readonly value: string;
  readonly text: string;
  /** May be given several times; `none` empties it. */
  readonly list?: true;
}

/** A profile's fields as options. Values are checked where every surface checks them: shared/profile-fields.ts. */
const OPTIONS: readonly ProfileOption[] = [
  { field: 'server', flag: 'server', value: 'host[:port]', text: 'the router: a name or an address' },
  { field: 'port', flag: 'port', value: 'n', text: 'port of the SSL VPN (443)' },
  {
    field: 'serverType',
    flag: 'type',
    value: 'type',
    text: 'ssl; openvpn, ikev2-eap, ipsec-xauth and l2tp-ipsec are kept, but cannot be dialled yet (ssl)',
  },
  {
    field: 'authentication',
    flag: 'authentication',
    value: 'password|motp',
    text: 'motp: with one-time passwords (password)',
  },
  { field: 'userName', flag: 'user-name', value: 'name', text: 'asked for when left out' },
  {
    field: 'rememberCredentials',
    flag: 'remember-credentials',
    value: 'yes|no',
    text: 'keep the user name, and the password in the keyring, once they were right (yes)',
  },
  { field: 'alwaysPrompt', flag: 'always-prompt', value: 'yes|no', text: 'ask before every connection (no)' },
  {
    field: 'useDefaultGateway',
    flag: 'default-gateway',
    value: 'yes|no',
    text: 'all traffic through the tunnel; no: the remote network only (yes)',
  },
  { field: 'routes', flag: 'route', value: 'cidr', text: 'a further network through the tunnel', list: true },
  {
    field: 'excludedRoutes',
    flag: 'exclude-route',
    value: 'cidr',
    text: 'a network that stays outside the tunnel',
    list: true,
  },
  {
    field: 'ipAddress',
    flag: 'static-address',
    value: 'ip',
    text: 'an address of your own instead of the one given',
  },
  { field: 'ipNetmask', flag: 'static-netmask', value: 'mask', text: 'its netmask (255.255.255.0)' },
  { field: 'ipDns', flag: 'static-dns', value: 'ip', text: 'its DNS server', list: true },
  {
    field: 'ipMode',
    flag: 'ip',
    value: 'auto|static',
    text: 'an address that the router gives, or your own (auto)',
  },
  {
    field: 'dns',
    flag: 'dns',
    value: 'ip',
    text: 'a DNS server instead of those that the router gives',
    list: true,
  },
  { field: 'searchDomains', flag: 'search-domain', value: 'domain', text: 'a DNS search domain', list: true },
  { field: 'mru', flag: 'mru', value: 'bytes', text: 'largest packet to receive (1442)' },
  {
    field: 'keepAliveSeconds',
    flag: 'keep-alive',
    value: 'seconds',
    text: 'silence before the router is asked (10)',
  },
  { field: 'reconnect', flag: 'reconnect', value: 'yes|no', text: 'connect again after a lost link (yes)' },
  {
    field: 'blockWhenDown',
    flag: 'block-when-down',
    value: 'yes|no',
    text: 'block traffic when the tunnel drops, until it is back or you disconnect (no)',
  },
  {
    field: 'verifyServerCertificate',
    flag: 'verify-certificate',
    value: 'yes|no',
    text: 'refuse routers that are not trusted (yes)',
  },
  { field: 'minimumTls', flag: 'minimum-tls', value: '1.2|1.3', text: 'refuse what is older (1.2)' },
  {
    field: 'legacyRenegotiation',
    flag: 'legacy-renegotiation',
    value: 'yes|no',
    text: 'for old firmware without RFC 5746 (no)',
  },
  {
    field: 'framesPerRecord',
    flag: 'frames-per-record',
    value: 'many|one',
    text: 'one: slower, for routers that read no more from a TLS record (many)',
  },
];

export function addProfileOptions(command: Command): Command {
  for (const { flag, value, text, list } of OPTIONS) {
    const flags = `--${flag} <${value}>`;
    if (list === true) {
      command.option(flags, `${text}; may be repeated, "none" empties the list`, collectEntries);
    } else {
      command.option(flags, text);
    }
  }
  return command;
}

function collectEntries(text: string, before: readonly string[] | undefined): readonly string[] {
  return text === 'none' ? [] : [...(before ?? []), text];
}

/** The fields that were given, under their names. */
export function givenFields(
  values: Readonly<Record<string, unknown>>,
): Partial<Record<ProfileField, unknown>> {
  const fields: Partial<Record<ProfileField, unknown>> = {};
  for (const { field, flag } of OPTIONS) {
    const value = values[camelCase(flag)];
    if (value !== undefined) fields[field] = value;
  }
  return fields;
}

/** How a person gave the field: what an error message names. */
export function optionOfField(field: string): string {
  const option = OPTIONS.find((candidate) => candidate.field === field);
  return option === undefined ? field : `--${option.flag}`;
}

/** commander's own rule for an option's key. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
