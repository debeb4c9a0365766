import type { HttpAnswer } from '../http-message.ts';
import { type PppSettings, pppSettingsSchema } from '../ppp-settings.ts';
import type { RouterInside } from '../router-inside.ts';
import { syslogLine } from '../syslog.ts';
import { addressesLeft, rangeProblem, reservedAddresses, subnetText } from './address-rules.ts';
import { type FieldErrors, errorSummary, selectField, shownField, textField } from './form-fields.ts';
import { html } from './html.ts';
import type { PageRequest, Route } from './page-request.ts';

const PATH = '/ppp';

type Authentication = PppSettings['authentication'];

const WAYS: readonly { readonly value: string; readonly label: string; readonly ways: Authentication }[] = [
  { value: 'pap', label: 'PAP Only', ways: ['PAP'] },
  { value: 'any', label: 'PAP/CHAP/MS-CHAP/MS-CHAPv2', ways: ['MS-CHAPv2', 'MS-CHAP', 'CHAP', 'PAP'] },
  { value: 'ms-chap-v2', label: 'MS-CHAPv2 Only', ways: ['MS-CHAPv2'] },
];

const LABELS: Readonly<Record<string, string>> = {
  authentication: 'Dial-In PPP Authentication',
  start: 'Start IP Address',
  count: 'IP Pool Counts',
  dns1: 'Primary DNS',
  dns2: 'Secondary DNS',
  mru: 'MRU',
};

interface PppForm {
  readonly authentication: string;
  readonly start: string;
  readonly count: string;
  readonly dns1: string;
  readonly dns2: string;
  readonly mru: string;
}

/** [VPN and Remote Access] > [PPP General Setup] */
export function pppRoutes(inside: RouterInside): readonly Route[] {
  return [
    {
      method: 'GET',
      path: /^\/ppp$/,
      answer: (request) => show(request, inside, formOf(inside.config.ppp), new Map()),
    },
    { method: 'POST', path: /^\/ppp$/, answer: (request) => submit(request, inside) },
  ];
}

function formOf(ppp: PppSettings): PppForm {
  const asked = ppp.authentication.join();
  return {
    authentication: WAYS.find(({ ways }) => ways.join() === asked)?.value ?? 'configured',
    start: ppp.addressPool.start,
    count: String(ppp.addressPool.count),
    dns1: ppp.dns[0] ?? '',
    dns2: ppp.dns[1] ?? '',
    mru: String(ppp.mru),
  };
}

async function submit(request: PageRequest, inside: RouterInside): Promise<HttpAnswer> {
  const text = (name: string) => (request.form.get(name) ?? '').trim();
  const form: PppForm = {
    authentication: text('authentication'),
    start: text('start'),
    count: text('count'),
    dns1: text('dns1'),
    dns2: text('dns2'),
    mru: text('mru'),
  };
  const errors = new Map<string, string>();
  const settings = settingsOf(form, inside, errors);
  if (settings === undefined) return show(request, inside, form, errors);
  await inside.changePpp(settings);
  inside.syslog.write(syslogLine.changed('PPP General Setup saved'));
  return request.redirect(PATH, 'Saved. It holds from the next session on.');
}

/** Undefined = not to be saved; why stands in `errors`. */
function settingsOf(
  form: PppForm,
  inside: RouterInside,
  errors: Map<string, string>,
): PppSettings | undefined {
  const ways = form.authentication === 'configured' ? undefined : waysOf(form.authentication);
  const settings = pppSettingsSchema.safeParse(
    {
      authentication: ways ?? inside.config.ppp.authentication,
      addressPool: { start: form.start, count: numberOf(form.count) },
      dns: [form.dns1, form.dns2].filter((address) => address !== ''),
      mru: numberOf(form.mru),
    },
    { reportInput: false },
  );
  if (!settings.success) {
    for (const { path } of settings.error.issues) {
      const [field, words] = fieldWords(path.map(String).join('.'), form);
      if (!errors.has(field)) errors.set(field, words);
    }
    return undefined;
  }
  const { addressPool } = settings.data;
  const problem = rangeProblem(addressPool, inside.config.ppp);
  if (problem !== undefined) errors.set(problem.field, problem.text);
  else if (addressesLeft(addressPool, reservedAddresses(inside.config.ppp, inside.users.list())) <= 0) {
    errors.set('count', 'No address of this range is left: all are the router’s or users’ static ones');
  }
  return errors.size === 0 ? settings.data : undefined;
}

function waysOf(value: string): Authentication | undefined {
  return WAYS.find((way) => way.value === value)?.ways;
}

function numberOf(text: string): number | undefined {
  return /^[0-9]{1,6}$/.test(text) ? Number(text) : undefined;
}

function fieldWords(path: string, form: PppForm): [string, string] {
  switch (path) {
    case 'addressPool.start':
      return ['start', 'Enter an IPv4 address, for example 192.168.240.10'];
    case 'addressPool':
      return ['count', 'The range ends beyond the last address'];
    case 'addressPool.count':
      return ['count', 'Enter a number from 1 to 65536'];
    case 'mru':
      return ['mru', 'Enter a number from 576 to 1500'];
    case 'dns.0':
      return [form.dns1 === '' ? 'dns2' : 'dns1', 'Enter an IPv4 address, or nothing'];
    case 'dns.1':
      return ['dns2', 'Enter an IPv4 address, or nothing'];
    default:
      return ['authentication', 'Choose a way to sign in'];
  }
}

function show(request: PageRequest, inside: RouterInside, form: PppForm, errors: FieldErrors): HttpAnswer {
  const { ppp } = inside.config;
  const choices = WAYS.map(({ value, label }) => ({ value, label }));
  if (form.authentication === 'configured') {
    choices.push({ value: 'configured', label: `${ppp.authentication.join(', ')} (as configured)` });
  }
  const content = html`${errorSummary(errors, LABELS)}
    <form method="post" action="/ppp" class="form">
      ${request.formToken}
      <section>
        <h2>PPP/MP Protocol</h2>
        ${selectField({
          name: 'authentication',
          label: 'Dial-In PPP Authentication',
          value: form.authentication,
          error: errors.get('authentication'),
          hint: 'One-time passwords (mOTP) work with all of them.',
          groups: [{ choices }],
        })}
        ${textField({ name: 'mru', label: 'MRU', value: form.mru, type: 'number', min: 576, max: 1500, error: errors.get('mru'), hint: 'What the router is ready to receive, 576 to 1500', after: html`<span class="unit">bytes</span>` })}
      </section>
      <section>
        <h2>IP Address Assignment for Dial-In Users</h2>
        ${shownField('LAN 1', html`<span class="code">${ppp.gateway}</span> in <span class="code">${subnetText(ppp)}</span>`, 'The router’s own address inside the tunnel; set when it is started.')}
        ${textField({ name: 'start', label: 'Start IP Address', value: form.start, maxLength: 40, isCode: true, error: errors.get('start') })}
        ${textField({ name: 'count', label: 'IP Pool Counts', value: form.count, type: 'number', min: 1, max: 65_536, error: errors.get('count') })}
        ${textField({ name: 'dns1', label: 'Primary DNS', value: form.dns1, maxLength: 40, isCode: true, error: errors.get('dns1') })}
        ${textField({ name: 'dns2', label: 'Secondary DNS', value: form.dns2, maxLength: 40, isCode: true, error: errors.get('dns2') })}
      </section>
      <div class="buttons"><button class="main">OK</button> <a class="button" href="/ppp">Cancel</a></div>
    </form>`;
  return request.page({
    title: 'PPP General Setup',
    path: PATH,
    status: errors.size === 0 ? 200 : 422,
    content,
  });
}
