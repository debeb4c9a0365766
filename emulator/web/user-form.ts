import type { z } from 'zod';
import { type Result, err, ok } from '../../shared/result.ts';
import { assertNever } from '../../shared/assert-never.ts';
import {
  type DialInUser,
  type DialInUserInput,
  dialInTypeSchema,
  dialInUserInputSchema,
} from '../dial-in-user.ts';
import type { DialInUsers, UserProblem } from '../dial-in-users.ts';
import type { PppSettings } from '../ppp-settings.ts';
import { type Subnet, addressesLeft, clientAddressProblem, reservedAddresses } from './address-rules.ts';
import type { FieldErrors } from './form-fields.ts';

/** The user profile's form as it was typed. Secrets that are left empty stay as they are stored. */
export interface UserForm {
  readonly index: string;
  readonly enabled: boolean;
  readonly idleTimeout: string;
  readonly types: readonly string[];
  readonly userName: string;
  readonly password: string;
  readonly motp: boolean;
  readonly pin: string;
  readonly secret: string;
  readonly totp: boolean;
  readonly totpSecret: string;
  readonly specifyNode: boolean;
  readonly remoteNode: string;
  readonly assignStatic: boolean;
  readonly staticAddress: string;
}

export const USER_LABELS: Readonly<Record<string, string>> = {
  index: 'Index',
  idleTimeout: 'Idle Timeout',
  types: 'Allowed Dial-In Type',
  userName: 'Username',
  password: 'Password',
  pin: 'PIN Code',
  secret: 'Secret',
  totpSecret: 'TOTP secret',
  remoteNode: 'Remote Client IP',
  staticAddress: 'Static IP Address',
};

export function readUserForm(form: URLSearchParams): UserForm {
  const text = (name: string) => (form.get(name) ?? '').trim();
  return {
    index: text('index'),
    enabled: form.has('enabled'),
    idleTimeout: text('idleTimeout'),
    types: form.getAll('types'),
    userName: text('userName'),
    // spaces belong to a password
    password: form.get('password') ?? '',
    motp: form.has('motp'),
    pin: text('pin'),
    secret: text('secret'),
    totp: form.has('totp'),
    totpSecret: text('totpSecret'),
    specifyNode: form.has('specifyNode'),
    remoteNode: text('remoteNode'),
    assignStatic: form.has('assignStatic'),
    staticAddress: text('staticAddress'),
  };
}

/** The stored user in the form; without its secrets. */
export function formOf(user: DialInUser): UserForm {
  return {
    index: String(user.index),
    enabled: user.enabled,
    idleTimeout: String(user.idleTimeoutSeconds),
    types: user.allowedTypes,
    userName: user.userName,
    password: '',
    motp: user.motp !== undefined,
    pin: '',
    secret: '',
    totp: user.totp !== undefined,
    totpSecret: '',
    specifyNode: user.remoteNode !== undefined,
    remoteNode: user.remoteNode ?? '',
    assignStatic: user.staticAddress !== undefined,
    staticAddress: user.staticAddress ?? '',
  };
}

export function emptyForm(index: number | undefined): UserForm {
  return {
    index: index === undefined ? '' : String(index),
    enabled: true,
    idleTimeout: '300',
    types: ['ssl'],
    userName: '',
    password: '',
    motp: false,
    pin: '',
    secret: '',
    totp: false,
    totpSecret: '',
    specifyNode: false,
    remoteNode: '',
    assignStatic: false,
    staticAddress: '',
  };
}

export interface UserTable {
  readonly users: DialInUsers;
  readonly subnet: Subnet;
  readonly addressPool: PppSettings['addressPool'];
}

/** Checks the form and stores the user; on any error nothing is stored. `old`: the user that is edited. */
export function saveUser(
  form: UserForm,
  old: DialInUser | undefined,
  table: UserTable,
): Result<DialInUser, FieldErrors> {
  const errors = new Map<string, string>();
  const note = (field: string, text: string) => {
    if (!errors.has(field)) errors.set(field, text);
  };
  const input = inputOf(form, old, note);
  const parsed = dialInUserInputSchema.safeParse(input, { reportInput: false });
  for (const issue of parsed.error?.issues ?? []) note(fieldOf(issue.path), wordsOf(issue));
  if (form.assignStatic && !errors.has('staticAddress')) {
    const problem = staticProblem(form.staticAddress, old, table);
    if (problem !== undefined) note('staticAddress', problem);
  }
  const taken = table.users.get(form.userName);
  if (taken !== undefined && taken.index !== old?.index) note('userName', nameTaken(form.userName));
  // a typed password is not sent back into the page: it would be lost without a word
  if (errors.size > 0 && form.password !== '') note('password', 'Type the password again');
  if (errors.size > 0) return err(errors);
  const put = old === undefined ? table.users.add(input) : table.users.replace(old.userName, input);
  if (put.ok) return ok(put.value);
  const [field, text] = problemWords(put.error);
  return err(new Map([[field, text]]));
}

function inputOf(
  form: UserForm,
  old: DialInUser | undefined,
  note: (field: string, text: string) => void,
): DialInUserInput {
  const index = wholeNumber(form.index);
  if (index === undefined || index < 1 || index > 500) note('index', 'Enter a number from 1 to 500');
  const idle = wholeNumber(form.idleTimeout);
  if (idle === undefined || idle > 9999)
    note('idleTimeout', 'Enter a number of seconds from 0 to 9999; 0 = never');
  const types = form.types.filter((type) => dialInTypeSchema.safeParse(type).success);
  const password = form.password === '' ? (old?.password ?? '') : form.password;
  if (password === '' && !form.motp) note('password', 'Enter a password, or enable one-time passwords');
  if (password.length > 128) note('password', 'Use at most 128 characters');
  return {
    ...(index === undefined ? {} : { index }),
    enabled: form.enabled,
    idleTimeoutSeconds: idle ?? 0,
    allowedTypes: types.map((type) => dialInTypeSchema.parse(type)),
    userName: form.userName,
    password,
    motp: form.motp
      ? { pin: form.pin || (old?.motp?.pin ?? ''), secret: form.secret || (old?.motp?.secret ?? '') }
      : undefined,
    totp: form.totp ? { secret: form.totpSecret || (old?.totp?.secret ?? '') } : undefined,
    remoteNode: form.specifyNode ? form.remoteNode : undefined,
    staticAddress: form.assignStatic ? form.staticAddress : undefined,
  };
}

function wholeNumber(text: string): number | undefined {
  return /^[0-9]{1,6}$/.test(text) ? Number(text) : undefined;
}

const FIELDS: Readonly<Record<string, string>> = {
  index: 'index',
  idleTimeoutSeconds: 'idleTimeout',
  allowedTypes: 'types',
  userName: 'userName',
  password: 'password',
  'motp.pin': 'pin',
  'motp.secret': 'secret',
  'totp.secret': 'totpSecret',
  remoteNode: 'remoteNode',
  staticAddress: 'staticAddress',
};

function fieldOf(path: readonly PropertyKey[]): string {
  return FIELDS[path.map(String).join('.')] ?? 'userName';
}

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (fieldOf(issue.path)) {
    case 'staticAddress':
      return 'Enter an IPv4 address, for example 192.168.240.50';
    case 'remoteNode':
      return 'Enter the client’s public IPv4 or IPv6 address';
    default:
      return issue.message;
  }
}

function staticProblem(address: string, old: DialInUser | undefined, table: UserTable): string | undefined {
  const problem = clientAddressProblem(address, table.subnet);
  if (problem !== undefined) return problem;
  const others = table.users.list().filter(({ index }) => index !== old?.index);
  const owner = others.find(({ staticAddress }) => staticAddress === address);
  if (owner !== undefined) return `The address belongs to ${owner.userName} already`;
  const reserved = reservedAddresses(table.subnet, others);
  const before = addressesLeft(table.addressPool, reserved);
  const after = addressesLeft(table.addressPool, [...reserved, address]);
  if (before > 0 && after === 0) {
    return 'This is the last address of the IP assignment range: no other user could dial in. Enlarge the range in PPP General Setup';
  }
  return undefined;
}

function nameTaken(userName: string): string {
  return `There is a user named ${userName} already`;
}

/** The field, and what to say at it. */
function problemWords(problem: UserProblem): [string, string] {
  switch (problem.kind) {
    case 'invalid':
      return ['userName', problem.detail];
    case 'name-taken':
      return ['userName', nameTaken(problem.userName)];
    case 'index-taken':
      return ['index', `Index ${problem.index} is taken already`];
    case 'address-taken':
      return ['staticAddress', 'The address belongs to another user already'];
    case 'table-full':
      return ['index', 'The table is full: there are 500 users'];
    case 'unknown-user':
      return ['userName', 'The user has been deleted meanwhile'];
    default:
      return assertNever(problem);
  }
}
