import { encodeBase32, decodeBase32 } from '../../shared/otp/base32.ts';
import { formatMotpUri } from '../../shared/otp/motp-uri.ts';
import { generateMotpSecret } from '../../shared/otp/motp.ts';
import { formatOtpauthUri } from '../../shared/otp/otpauth-uri.ts';
import type { HttpAnswer } from '../http-message.ts';
import { type DialInUser, MAXIMUM_USERS } from '../dial-in-user.ts';
import type { RouterInside } from '../router-inside.ts';
import { syslogLine } from '../syslog.ts';
import type { FieldErrors } from './form-fields.ts';
import { html } from './html.ts';
import { bytesAnswer } from './page-answer.ts';
import type { PageRequest, Route } from './page-request.ts';
import { qrSvg } from './qr-code.ts';
import { type UserForm, emptyForm, formOf, readUserForm, saveUser } from './user-form.ts';
import { userFormContent } from './user-form-view.ts';

const PATH = '/users';
const NO_ERRORS: FieldErrors = new Map();

/** [VPN and Remote Access] > [Remote Dial-In User] */
export function userRoutes(inside: RouterInside): readonly Route[] {
  const pages = new UserPages(inside);
  const index = '([1-9][0-9]{0,2})';
  const withUser =
    (answer: (request: PageRequest, user: DialInUser) => HttpAnswer | undefined): Route['answer'] =>
    (request, [number = '']) => {
      const user = inside.users.list().find((candidate) => candidate.index === Number(number));
      return user === undefined ? pages.missing(request, number) : answer(request, user);
    };
  return [
    { method: 'GET', path: /^\/users$/, answer: (request) => pages.table(request) },
    { method: 'GET', path: /^\/users\/new$/, answer: (request) => pages.blank(request) },
    { method: 'POST', path: /^\/users\/new$/, answer: (request) => pages.submit(request, undefined) },
    {
      method: 'GET',
      path: new RegExp(`^/users/${index}$`),
      answer: withUser((request, user) => pages.profile(request, user, formOf(user), NO_ERRORS)),
    },
    {
      method: 'POST',
      path: new RegExp(`^/users/${index}$`),
      answer: withUser((request, user) => pages.submit(request, user)),
    },
    {
      method: 'GET',
      path: new RegExp(`^/users/${index}/delete$`),
      answer: withUser((request, user) => pages.askDelete(request, user)),
    },
    {
      method: 'POST',
      path: new RegExp(`^/users/${index}/delete$`),
      answer: withUser((request, user) => pages.remove(request, user)),
    },
    {
      method: 'GET',
      path: new RegExp(`^/users/${index}/totp\\.svg$`),
      answer: withUser((_request, user) => totpPicture(user)),
    },
    {
      method: 'GET',
      path: new RegExp(`^/users/${index}/motp\\.svg$`),
      answer: withUser((_request, user) => motpPicture(user)),
    },
  ];
}

const ISSUER = 'Vigor Router';

function totpPicture({ userName, totp }: DialInUser): HttpAnswer | undefined {
  const secret = totp === undefined ? undefined : decodeBase32(totp.secret);
  if (secret?.ok !== true) return undefined;
  const key = {
    issuer: ISSUER,
    account: userName,
    secret: secret.value,
    digits: 6,
    step: 30,
    hash: 'SHA1',
  } as const;
  return picture(formatOtpauthUri(key));
}

function motpPicture({ userName, motp }: DialInUser): HttpAnswer | undefined {
  if (motp === undefined) return undefined;
  return picture(formatMotpUri({ site: ISSUER, user: userName, secret: motp.secret }));
}

function picture(text: string): HttpAnswer {
  return bytesAnswer('image/svg+xml', Buffer.from(qrSvg(text)));
}

class UserPages {
  readonly #inside: RouterInside;

  constructor(inside: RouterInside) {
    this.#inside = inside;
  }

  table(request: PageRequest): HttpAnswer {
    const users = this.#inside.users.list();
    const rows = users.map(
      (user) => html`<tr${!user.enabled && html` class="off"`}>
<td class="number"><a href="/users/${user.index}" aria-label="Index ${user.index}, ${user.userName}">${user.index}</a></td>
<td><a href="/users/${user.index}">${user.userName}</a></td>
<td>${user.enabled ? html`<span class="state on">Enabled</span>` : html`<span class="state">Disabled</span>`}</td>
<td>${user.motp === undefined ? 'Password' : 'mOTP'}${user.totp !== undefined && ' + TOTP'}</td>
<td class="code">${user.staticAddress ?? html`<span class="muted">from the range</span>`}</td>
<td class="number">${user.idleTimeoutSeconds === 0 ? 'never' : `${user.idleTimeoutSeconds} s`}</td>
</tr>`,
    );
    const content = html`<p class="lead">
        Who may dial in. Profiles are numbered from 1 to ${MAXIMUM_USERS}; ${users.length}
        ${users.length === 1 ? 'is' : 'are'} in use.
      </p>
      <p class="buttons"><a class="button main" href="/users/new">Add a user</a></p>
      ${
        users.length === 0
          ? html`<p class="empty">There are no users yet: nobody can dial in.</p>`
          : html`<div class="scroll" tabindex="0" role="region" aria-label="Remote Dial-In Users">
              <table class="users">
                <thead>
                  <tr>
                    <th scope="col" class="number">Index</th>
                    <th scope="col">User</th>
                    <th scope="col">Status</th>
                    <th scope="col">Sign-in</th>
                    <th scope="col">Static IP</th>
                    <th scope="col" class="number">Idle Timeout</th>
                  </tr>
                </thead>
                <tbody>
                  ${rows}
                </tbody>
              </table>
            </div>`
      }`;
    return request.page({ title: 'Remote Dial-In User', path: PATH, content });
  }

  blank(request: PageRequest): HttpAnswer {
    const taken = new Set(this.#inside.users.list().map(({ index }) => index));
    let free = 1;
    while (taken.has(free)) free += 1;
    return this.profile(request, undefined, emptyForm(free > MAXIMUM_USERS ? undefined : free), NO_ERRORS);
  }

  profile(
    request: PageRequest,
    user: DialInUser | undefined,
    form: UserForm,
    errors: FieldErrors,
    status?: number,
  ): HttpAnswer {
    return request.page({
      title: user === undefined ? 'New user' : `Index ${user.index}: ${user.userName}`,
      path: PATH,
      status: status ?? (errors.size === 0 ? 200 : 422),
      content: userFormContent({
        formToken: request.formToken,
        user,
        form,
        errors,
        subnet: this.#inside.config.ppp,
      }),
    });
  }

  submit(request: PageRequest, old: DialInUser | undefined): HttpAnswer {
    const { users, config, random, syslog } = this.#inside;
    const form = readUserForm(request.form);
    switch (request.form.get('action')) {
      case 'generate-motp':
        return this.profile(
          request,
          old,
          { ...form, motp: true, secret: generateMotpSecret(random) },
          NO_ERRORS,
          200,
        );
      case 'generate-totp':
        return this.profile(
          request,
          old,
          { ...form, totp: true, totpSecret: encodeBase32(random(20)) },
          NO_ERRORS,
          200,
        );
      default: {
        const saved = saveUser(form, old, { users, subnet: config.ppp, addressPool: config.ppp.addressPool });
        if (!saved.ok) return this.profile(request, old, form, saved.error);
        const { index, userName } = saved.value;
        syslog.write(syslogLine.changed(`Remote Dial-in User ${index} (${userName}) saved`));
        return request.redirect(`/users/${index}`, `Saved: ${userName}. It holds from the next session on.`);
      }
    }
  }

  /** For links and forms that are older than what was deleted. */
  missing(request: PageRequest, index: string): HttpAnswer {
    const content = html`<p>
        No user has the index ${index}: it was deleted or has another number now. Nothing was changed.
      </p>
      <p class="buttons"><a class="button main" href="${PATH}">To the users</a></p>`;
    return request.page({ title: 'No such user', path: PATH, status: 404, content });
  }

  askDelete(request: PageRequest, user: DialInUser): HttpAnswer {
    const content = html`<p>
        Delete <strong>${user.userName}</strong> (index ${user.index})? A session that is up goes on until it
        ends.
      </p>
      <form method="post" action="/users/${user.index}/delete" class="buttons">
        ${request.formToken}<button class="danger">Delete</button>
        <a class="button" href="/users/${user.index}">Cancel</a>
      </form>`;
    return request.page({ title: 'Delete a user', path: PATH, content });
  }

  remove(request: PageRequest, user: DialInUser): HttpAnswer {
    this.#inside.users.remove(user.userName);
    this.#inside.syslog.write(
      syslogLine.changed(`Remote Dial-in User ${user.index} (${user.userName}) deleted`),
    );
    return request.redirect(PATH, `Deleted: ${user.userName}.`);
  }
}
