import { z } from 'zod';
import { formatCidr, netmaskToPrefix, parseCidr, parseIpv4Address } from './ip/ipv4-address.ts';
import { profileIssueText } from './profile-issue-text.ts';
import { profileSchema, type Profile } from './profile.ts';
import { err, ok, type Result } from './result.ts';
import { isSameRouter, parseServerAddress } from './server-address.ts';

/**
 * A profile as flat fields, the way an editor and a command line take it. Each may be text; numbers,
 * booleans and lists are taken as well. Lists are separated by commas, spaces or line breaks.
 */
export const PROFILE_FIELDS = {
  id: 'text',
  name: 'text',
  serverType: 'text',
  /** May hold the port too: `vpn.example.com:4433`. */
  server: 'text',
  port: 'number',
  authentication: 'text',
  userName: 'text',
  rememberCredentials: 'switch',
  alwaysPrompt: 'switch',
  /** `auto` or `static`; left out it is static when an address is given. */
  ipMode: 'text',
  ipAddress: 'text',
  ipNetmask: 'text',
  ipDns: 'list',
  useDefaultGateway: 'switch',
  /** Networks as 10.0.0.0/8, 10.0.0.0/255.0.0.0, or a single address. */
  routes: 'list',
  /** Written like `routes`. */
  excludedRoutes: 'list',
  dns: 'list',
  searchDomains: 'list',
  mru: 'number',
  keepAliveSeconds: 'number',
  reconnect: 'switch',
  blockWhenDown: 'switch',
  verifyServerCertificate: 'switch',
  minimumTls: 'text',
  legacyRenegotiation: 'switch',
  framesPerRecord: 'text',
} as const;

export type ProfileField = keyof typeof PROFILE_FIELDS;

export interface FieldError {
  /** A `ProfileField`; `unknown` names of the input stand as they are. */
  readonly field: string;
  /** Words a person understands. */
  readonly message: string;
}

type Values = Readonly<Partial<Record<ProfileField, unknown>>>;

/**
 * A profile from flat fields. Fields that are left out keep what they are in `base`, or have their
 * default. An id is needed from one of both.
 */
export function parseProfile(input: unknown, base?: Profile): Result<Profile, FieldError[]> {
  const read = readFields(input);
  if (!read.ok) return read;
  const { values, errors } = read.value;
  const parsed = profileSchema.safeParse(assemble(values, base), {
    error: profileIssueText,
    reportInput: true,
  });
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const field = fieldOfPath(issue.path);
      // the first words about a field are the most telling ones
      if (!errors.some((error) => error.field === field)) errors.push({ field, message: issue.message });
    }
  }
  return parsed.success && errors.length === 0 ? ok(parsed.data) : err(errors);
}

/** The flat fields of a profile: what an editor starts from. Lists are joined by commas. */
export function profileFields(profile: Profile): Record<ProfileField, string | number | boolean> {
  const { ip, advanced } = profile;
  return {
    id: profile.id,
    name: profile.name,
    serverType: profile.serverType,
    server: profile.server,
    port: profile.port,
    authentication: profile.authentication,
    userName: profile.userName,
    rememberCredentials: profile.rememberCredentials,
    alwaysPrompt: profile.alwaysPrompt,
    ipMode: ip.mode,
    ipAddress: ip.mode === 'static' ? ip.address : '',
    ipNetmask: ip.mode === 'static' ? ip.netmask : '',
    ipDns: ip.mode === 'static' ? ip.dns.join(', ') : '',
    useDefaultGateway: advanced.useDefaultGateway,
    routes: advanced.routes.join(', '),
    excludedRoutes: advanced.excludedRoutes.join(', '),
    dns: advanced.dns.join(', '),
    searchDomains: advanced.searchDomains.join(', '),
    mru: advanced.mru,
    keepAliveSeconds: advanced.keepAliveSeconds,
    reconnect: advanced.reconnect,
    blockWhenDown: advanced.blockWhenDown,
    verifyServerCertificate: advanced.verifyServerCertificate,
    minimumTls: advanced.minimumTls,
    legacyRenegotiation: advanced.legacyRenegotiation,
    framesPerRecord: advanced.framesPerRecord,
  };
}

/** Turns text into the kind of value each field has; what that cannot be done with is an error already. */
function readFields(input: unknown): Result<{ values: Values; errors: FieldError[] }, FieldError[]> {
  const record = z.record(z.string(), z.unknown()).safeParse(input);
  if (!record.success) return err([{ field: '', message: 'Enter a group of fields' }]);
  const values: Partial<Record<ProfileField, unknown>> = {};
  const errors: FieldError[] = [];
  for (const [field, raw] of Object.entries(record.data)) {
    if (raw === undefined) continue;
    if (isProfileField(field)) values[field] = READERS[PROFILE_FIELDS[field]](raw);
    else errors.push({ field, message: 'There is no such field' });
  }
  return ok({ values: withServerAddress(values, errors), errors });
}

function isProfileField(name: string): name is ProfileField {
  return Object.hasOwn(PROFILE_FIELDS, name);
}

const READERS = {
  text: (raw: unknown): unknown => (typeof raw === 'string' ? raw.trim() : raw),
  number: (raw: unknown): unknown => (typeof raw === 'string' ? readNumber(raw) : raw),
  switch: (raw: unknown): unknown =>
    typeof raw === 'string' ? (SWITCHES[raw.trim().toLowerCase()] ?? raw) : raw,
  list: (raw: unknown): unknown => {
    if (typeof raw === 'string') return raw.split(/[\s,;]+/).filter((entry) => entry !== '');
    return raw;
  },
} as const;

const SWITCHES: Readonly<Partial<Record<string, boolean>>> = {
  yes: true,
  on: true,
  true: true,
  no: false,
  off: false,
  false: false,
};

function readNumber(raw: string): unknown {
  const text = raw.trim();
  return /^-?[0-9]+$/.test(text) ? Number(text) : text;
}

/** A port typed behind the server goes to the field of ports. */
function withServerAddress(values: Values, errors: FieldError[]): Values {
  if (typeof values.server !== 'string') return values;
  const address = parseServerAddress(values.server);
  if (address.port === undefined) return { ...values, server: address.server };
  if (values.port !== undefined && values.port !== address.port) {
    errors.push({ field: 'port', message: 'The server has another port typed behind it' });
  }
  return { ...values, server: address.server, port: address.port };
}

/** The nested shape of the schema. Undefined fields take the schema's defaults. */
function assemble(values: Values, base: Profile | undefined): unknown {
  const pick = (field: ProfileField, fallback: unknown): unknown => values[field] ?? fallback;
  const advanced = base?.advanced;
  return {
    id: pick('id', base?.id),
    // the schema has words of its own for an empty one
    name: pick('name', base?.name ?? ''),
    serverType: pick('serverType', base?.serverType),
    server: pick('server', base?.server ?? ''),
    port: pick('port', base?.port),
    authentication: pick('authentication', base?.authentication),
    userName: pick('userName', base?.userName),
    rememberCredentials: pick('rememberCredentials', base?.rememberCredentials),
    alwaysPrompt: pick('alwaysPrompt', base?.alwaysPrompt),
    ip: assembleIp(values, base?.ip),
    advanced: {
      useDefaultGateway: pick('useDefaultGateway', advanced?.useDefaultGateway),
      routes: assembleRoutes(pick('routes', advanced?.routes)),
      excludedRoutes: assembleRoutes(pick('excludedRoutes', advanced?.excludedRoutes)),
      dns: pick('dns', advanced?.dns),
      searchDomains: pick('searchDomains', advanced?.searchDomains),
      mru: pick('mru', advanced?.mru),
      keepAliveSeconds: pick('keepAliveSeconds', advanced?.keepAliveSeconds),
      reconnect: pick('reconnect', advanced?.reconnect),
      blockWhenDown: pick('blockWhenDown', advanced?.blockWhenDown),
      verifyServerCertificate: pick('verifyServerCertificate', advanced?.verifyServerCertificate),
      minimumTls: pick('minimumTls', advanced?.minimumTls),
      legacyRenegotiation: pick('legacyRenegotiation', advanced?.legacyRenegotiation),
      framesPerRecord: pick('framesPerRecord', advanced?.framesPerRecord),
    },
    trustedCertificate: base && sameRouter(values, base) ? base.trustedCertificate : undefined,
  };
}

/** Trust in a certificate belongs to the router it was given for. */
function sameRouter(values: Values, base: Profile): boolean {
  return isSameRouter({ server: values.server ?? base.server, port: values.port ?? base.port }, base);
}

function assembleIp(values: Values, base: Profile['ip'] | undefined): unknown {
  const given = values.ipMode ?? (isGiven(values.ipAddress) ? 'static' : base?.mode);
  const mode = given ?? 'auto';
  if (mode !== 'static') return { mode };
  const before = base?.mode === 'static' ? base : undefined;
  return {
    mode,
    address: values.ipAddress ?? before?.address,
    netmask: values.ipNetmask ?? before?.netmask ?? '255.255.255.0',
    dns: values.ipDns ?? before?.dns ?? [],
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== '';
}

function assembleRoutes(routes: unknown): unknown {
  return Array.isArray(routes) ? routes.map((route: unknown) => normaliseRoute(route)) : routes;
}

/** `10.1.2.3/8` names the network 10.0.0.0/8, which is what a routing table takes. */
export function normaliseRoute(route: unknown): unknown {
  if (typeof route !== 'string') return route;
  const [address = '', size = '32', ...more] = route.trim().split('/');
  const mask = parseIpv4Address(size);
  const prefix = mask === undefined ? size : netmaskToPrefix(mask);
  const network = more.length > 0 ? undefined : parseCidr(`${address}/${prefix}`);
  return network === undefined ? route : formatCidr(network);
}

const IP_FIELDS: Readonly<Partial<Record<string, ProfileField>>> = {
  mode: 'ipMode',
  address: 'ipAddress',
  netmask: 'ipNetmask',
  dns: 'ipDns',
};

/** `['advanced', 'routes', 2]` → `routes`. */
function fieldOfPath(path: readonly PropertyKey[]): string {
  const [first, second] = path.map(String);
  if (first === 'ip') return IP_FIELDS[second ?? 'mode'] ?? 'ipMode';
  return (first === 'advanced' ? second : first) ?? '';
}
