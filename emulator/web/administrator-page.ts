import { countWrongLogin } from '../brute-force.ts';
import type { HttpAnswer } from '../http-message.ts';
import type { RouterInside } from '../router-inside.ts';
import { syslogLine } from '../syslog.ts';
import type { AdminSessions } from './admin-sessions.ts';
import {
  ADMINISTRATOR,
  type Administrator,
  MAXIMUM_PASSWORD_LENGTH,
  MINIMUM_PASSWORD_LENGTH,
} from './administrator.ts';
import { type FieldErrors, errorSummary, textField } from './form-fields.ts';
import { html } from './html.ts';
import { waitingText } from './login-page.ts';
import type { PageRequest, Route } from './page-request.ts';

const PATH = '/administrator';
const LENGTH = `${MINIMUM_PASSWORD_LENGTH} to ${MAXIMUM_PASSWORD_LENGTH} characters`;

const LABELS: Readonly<Record<string, string>> = {
  old: 'Old Password',
  new: 'New Password',
  again: 'Confirm Password',
};

/** [System Maintenance] > [Administrator Password] */
export function administratorRoutes(
  inside: RouterInside,
  administrator: Administrator,
  sessions: AdminSessions,
): readonly Route[] {
  return [
    { method: 'GET', path: /^\/administrator$/, answer: (request) => show(request, new Map()) },
    {
      method: 'POST',
      path: /^\/administrator$/,
      answer: (request) => submit(request, inside, administrator, sessions),
    },
  ];
}

async function submit(
  request: PageRequest,
  inside: RouterInside,
  administrator: Administrator,
  sessions: AdminSessions,
): Promise<HttpAnswer> {
  const text = (name: string) => (request.form.get(name) ?? '').slice(0, 1024);
  const errors = newPasswordErrors(text('new'), text('again'));
  if (errors.size > 0) return show(request, errors);
  const { bruteForce } = inside;
  const { remoteAddress } = request.web;
  const verdict = await administrator.check(
    ADMINISTRATOR,
    text('old'),
    () => bruteForce.blockedFor(remoteAddress) === 0,
  );
  if (verdict !== 'right') {
    if (verdict === 'wrong') countWrongLogin(remoteAddress, bruteForce, inside.syslog);
    const blocked = bruteForce.blockedFor(remoteAddress);
    const words =
      verdict === 'busy' ? 'The router is busy. Please try again' : 'This is not the old password';
    return show(request, new Map([['old', blocked > 0 ? waitingText(blocked) : words]]));
  }
  await administrator.change(text('new'));
  sessions.endAllBut(request.session);
  inside.syslog.write(syslogLine.changed('Administrator password changed'));
  return request.redirect(PATH, 'The password has been changed. Other logins have ended.');
}

function newPasswordErrors(password: string, again: string): Map<string, string> {
  const errors = new Map<string, string>();
  if (password.length < MINIMUM_PASSWORD_LENGTH || password.length > MAXIMUM_PASSWORD_LENGTH) {
    errors.set('new', `Use ${LENGTH}`);
  }
  if (password !== again) errors.set('again', 'The two are not the same');
  return errors;
}

function show(request: PageRequest, errors: FieldErrors): HttpAnswer {
  const field = (name: 'old' | 'new' | 'again', autocomplete: string, hint?: string) =>
    textField({
      name,
      label: LABELS[name] ?? name,
      value: '',
      type: 'password',
      autocomplete,
      maxLength: MAXIMUM_PASSWORD_LENGTH,
      error: errors.get(name),
      ...(hint === undefined ? {} : { hint }),
    });
  const content = html`${errorSummary(errors, LABELS)}
    <form method="post" action="/administrator" class="form">
      ${request.formToken}
      <section>
        <h2>Administrator “${ADMINISTRATOR}”</h2>
        ${field('old', 'current-password')} ${field('new', 'new-password', LENGTH)}
        ${field('again', 'new-password')}
      </section>
      <div class="buttons"><button class="main">OK</button></div>
    </form>`;
  return request.page({
    title: 'Administrator Password',
    path: PATH,
    status: errors.size === 0 ? 200 : 422,
    content,
  });
}
