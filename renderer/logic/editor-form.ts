import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import type { SecretsChange } from '../../shared/contract.ts';
import type { AuthenticationType, Profile, ServerType } from '../../shared/profile.ts';
import { profileDraftSchema, type ProfileDraft } from '../../shared/profile-draft.ts';
import { motpSecretSchema } from '../../shared/otp/motp.ts';
import { parseMotpUri } from '../../shared/otp/motp-uri.ts';
import { normaliseRoute } from '../../shared/profile-fields.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseServerAddress } from '../../shared/server-address.ts';

/** The profile editor's fields as they stand in it: what is typed stays text until it is right. */
export interface EditorForm {
  readonly name: string;
  readonly serverType: ServerType;
  readonly server: string;
  readonly port: string;
  readonly authentication: AuthenticationType;
  readonly userName: string;
  /** Empty leaves the kept one as it is. */
  readonly password: string;
  readonly forgetPassword: boolean;
  /** Empty leaves the kept one as it is. */
  readonly motpSecret: string;
  readonly forgetMotpSecret: boolean;
  readonly rememberCredentials: boolean;
  readonly alwaysPrompt: boolean;
  readonly ipMode: 'auto' | 'static';
  readonly address: string;
  readonly netmask: string;
  readonly ipDns: string;
  readonly useDefaultGateway: boolean;
  readonly routes: string;
  readonly excludedRoutes: string;
  readonly dns: string;
  readonly searchDomains: string;
  readonly mru: string;
  readonly keepAliveSeconds: string;
  readonly reconnect: boolean;
  readonly blockWhenDown: boolean;
  readonly verifyServerCertificate: boolean;
  readonly forgetCertificate: boolean;
  readonly minimumTls: '1.2' | '1.3';
  readonly legacyRenegotiation: boolean;
  readonly framesPerRecord: 'many' | 'one';
}

export type EditorField = keyof EditorForm;

/** `low`: too short or too small; `high`: too long, too large or too many; else `form`. */
export interface FieldFault {
  readonly what: 'low' | 'high' | 'form';
  /** Of a list, the entry that is wrong. */
  readonly entry: string | undefined;
}

export type FieldFaults = ReadonlyMap<EditorField, FieldFault>;

export interface EditorOutcome {
  readonly profile: ProfileDraft;
  readonly secrets: SecretsChange;
  /** In the router's certificate. */
  readonly trust: 'keep' | 'forget';
}

export function emptyForm(reconnect: boolean): EditorForm {
  return formOf(profileDraftSchema.parse({ name: 'x', server: 'x', advanced: { reconnect } }), '', '');
}

export function profileForm(profile: Profile): EditorForm {
  return formOf(profile, profile.name, profile.server);
}

function formOf(profile: ProfileDraft, name: string, server: string): EditorForm {
  const { ip, advanced } = profile;
  return {
    name,
    serverType: profile.serverType,
    server,
    port: String(profile.port),
    authentication: profile.authentication,
    userName: profile.userName,
    password: '',
    forgetPassword: false,
    motpSecret: '',
    forgetMotpSecret: false,
    rememberCredentials: profile.rememberCredentials,
    alwaysPrompt: profile.alwaysPrompt,
    ipMode: ip.mode,
    address: ip.mode === 'static' ? ip.address : '',
    netmask: ip.mode === 'static' ? ip.netmask : '',
    ipDns: ip.mode === 'static' ? ip.dns.join(', ') : '',
    useDefaultGateway: advanced.useDefaultGateway,
    routes: advanced.routes.join(', '),
    excludedRoutes: advanced.excludedRoutes.join(', '),
    dns: advanced.dns.join(', '),
    searchDomains: advanced.searchDomains.join(', '),
    mru: String(advanced.mru),
    keepAliveSeconds: String(advanced.keepAliveSeconds),
    reconnect: advanced.reconnect,
    blockWhenDown: advanced.blockWhenDown,
    verifyServerCertificate: advanced.verifyServerCertificate,
    forgetCertificate: false,
    minimumTls: advanced.minimumTls,
    legacyRenegotiation: advanced.legacyRenegotiation,
    framesPerRecord: advanced.framesPerRecord,
  };
}

/** The form as a profile and what becomes of its secrets, or what is wrong at which field. */
export function readForm(form: EditorForm): Result<EditorOutcome, FieldFaults> {
  const lists = listsOf(form);
  const parsed = profileDraftSchema.safeParse(draftInput(form, lists));
  const faults = new Map<EditorField, FieldFault>();
  if (!parsed.success) {
    for (const { path, code } of parsed.error.issues) {
      const field = fieldAt(path);
      if (field !== undefined && !faults.has(field)) {
        faults.set(field, { what: faultOf(code), entry: entryAt(lists, field, path.at(-1)) });
      }
    }
  }
  const secret = form.authentication === 'motp' ? readMotpSecret(form.motpSecret) : ok(undefined);
  if (!secret.ok) faults.set('motpSecret', { what: secret.error, entry: undefined });
  if (keepsPassword(form) && form.password.length > 256) {
    faults.set('password', { what: 'high', entry: undefined });
  }
  if (!parsed.success || !secret.ok || faults.size > 0) return err(faults);
  return ok({
    profile: parsed.data,
    secrets: secretsChange(form, secret.value),
    trust: form.forgetCertificate ? 'forget' : 'keep',
  });
}

/** Server and port typed or pasted as one, "vpn.example.com:4433": each in its field. */
export function splitServer(form: EditorForm): Pick<EditorForm, 'server' | 'port'> {
  const { server, port } = parseServerAddress(form.server);
  return server === '' ? form : { server, port: port === undefined ? form.port : String(port) };
}

const LIST_FIELDS = ['ipDns', 'routes', 'excludedRoutes', 'dns', 'searchDomains'] as const;
type ListField = (typeof LIST_FIELDS)[number];
type Lists = Readonly<Record<ListField, readonly string[]>>;

function listsOf(form: EditorForm): Lists {
  return {
    ipDns: listed(form.ipDns),
    routes: listed(form.routes),
    excludedRoutes: listed(form.excludedRoutes),
    dns: listed(form.dns),
    searchDomains: listed(form.searchDomains),
  };
}

/** Entries stand on lines or between commas, semicolons or spaces, as they are pasted from anywhere. */
function listed(text: string): string[] {
  return text.split(/[\s,;]+/).filter((entry) => entry !== '');
}

function draftInput(form: EditorForm, lists: Lists): unknown {
  return {
    name: form.name,
    serverType: form.serverType,
    server: form.server,
    port: numberOf(form.port),
    authentication: form.authentication,
    userName: form.userName,
    rememberCredentials: form.rememberCredentials,
    alwaysPrompt: form.alwaysPrompt,
    ip:
      form.ipMode === 'auto'
        ? { mode: 'auto' }
        : { mode: 'static', address: form.address.trim(), netmask: form.netmask.trim(), dns: lists.ipDns },
    advanced: {
      useDefaultGateway: form.useDefaultGateway,
      routes: lists.routes.map((route) => normaliseRoute(route)),
      excludedRoutes: lists.excludedRoutes.map((route) => normaliseRoute(route)),
      dns: lists.dns,
      searchDomains: lists.searchDomains,
      mru: numberOf(form.mru),
      keepAliveSeconds: numberOf(form.keepAliveSeconds),
      reconnect: form.reconnect,
      blockWhenDown: form.blockWhenDown,
      verifyServerCertificate: form.verifyServerCertificate,
      minimumTls: form.minimumTls,
      legacyRenegotiation: form.legacyRenegotiation,
      framesPerRecord: form.framesPerRecord,
    },
  };
}

/** NaN, which no schema takes, for what is no number: Number('') would be 0. */
function numberOf(text: string): number {
  return /^\s*\d+\s*$/.test(text) ? Number(text) : Number.NaN;
}

const TOP_FIELDS = {
  name: 'name',
  serverType: 'serverType',
  server: 'server',
  port: 'port',
  authentication: 'authentication',
  userName: 'userName',
  rememberCredentials: 'rememberCredentials',
  alwaysPrompt: 'alwaysPrompt',
} as const satisfies Readonly<Record<string, EditorField>>;

const IP_FIELDS = {
  mode: 'ipMode',
  address: 'address',
  netmask: 'netmask',
  dns: 'ipDns',
} as const satisfies Readonly<Record<string, EditorField>>;

const ADVANCED_FIELDS = {
  useDefaultGateway: 'useDefaultGateway',
  routes: 'routes',
  excludedRoutes: 'excludedRoutes',
  dns: 'dns',
  searchDomains: 'searchDomains',
  mru: 'mru',
  keepAliveSeconds: 'keepAliveSeconds',
  reconnect: 'reconnect',
  blockWhenDown: 'blockWhenDown',
  verifyServerCertificate: 'verifyServerCertificate',
  minimumTls: 'minimumTls',
  legacyRenegotiation: 'legacyRenegotiation',
  framesPerRecord: 'framesPerRecord',
} as const satisfies Readonly<Record<string, EditorField>>;

/** The field that a path in a profile stands for. */
export function fieldAt(path: readonly PropertyKey[]): EditorField | undefined {
  const [top, below] = path;
  if (top === 'ip') return named(IP_FIELDS, below);
  if (top === 'advanced') return named(ADVANCED_FIELDS, below);
  return named(TOP_FIELDS, top);
}

function named(
  fields: Readonly<Record<string, EditorField>>,
  key: PropertyKey | undefined,
): EditorField | undefined {
  return typeof key === 'string' && Object.hasOwn(fields, key) ? fields[key] : undefined;
}

export function faultOf(code: string): FieldFault['what'] {
  if (code === 'too_small') return 'low';
  return code === 'too_big' ? 'high' : 'form';
}

function entryAt(lists: Lists, field: EditorField, index: PropertyKey | undefined): string | undefined {
  const list = LIST_FIELDS.find((candidate) => candidate === field);
  if (list === undefined || typeof index !== 'number') return undefined;
  return lists[list][index]?.slice(0, 60);
}

/** Typed, or pasted as the text of a QR code. */
function readMotpSecret(typed: string): Result<string | undefined, FieldFault['what']> {
  if (typed.trim() === '') return ok(undefined);
  if (/^\s*motp:/i.test(typed)) {
    const key = parseMotpUri(typed);
    return key.ok ? ok(key.value.secret) : err('form');
  }
  const secret = motpSecretSchema.safeParse(typed);
  if (secret.success) return ok(secret.data);
  return err(faultOf(secret.error.issues[0]?.code ?? ''));
}

/** One-time passwords are never kept, so that such a profile keeps no password at all. */
function keepsPassword(form: EditorForm): boolean {
  return form.authentication !== 'motp' && form.rememberCredentials && !form.forgetPassword;
}

function secretsChange(form: EditorForm, motpSecret: string | undefined): SecretsChange {
  const isMotp = form.authentication === 'motp';
  const forgetsPassword = !keepsPassword(form);
  return {
    password:
      !forgetsPassword && form.password !== ''
        ? { change: 'set', value: form.password }
        : { change: forgetsPassword ? 'forget' : 'keep' },
    motpSecret:
      motpSecret !== undefined
        ? { change: 'set', value: motpSecret }
        : { change: form.forgetMotpSecret || !isMotp ? 'forget' : 'keep' },
  };
}

/** What of a profile a `ProfileView` has besides it is no part of it. */
export function profileOf({ keeps: _keeps, ...profile }: ProfileView): Profile {
  return profile;
}
