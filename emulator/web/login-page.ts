import type { HttpAnswer } from '../http-message.ts';
import { textField } from './form-fields.ts';
import { type Html, html } from './html.ts';
import { barePage } from './layout.ts';
import { ADMINISTRATOR } from './administrator.ts';

export function loginPage(options: {
  readonly status: number;
  readonly formToken: Html;
  readonly hasToken: boolean;
  readonly userName?: string;
  readonly message?: string | undefined;
}): HttpAnswer {
  const content = html`${options.message !== undefined && html`<p class="message wrong" role="alert">${options.message}</p>`}
    <form method="post" action="/login" class="form">
      ${options.formToken}
      ${textField({ name: 'userName', label: 'User name', value: options.userName ?? ADMINISTRATOR, autocomplete: 'username', maxLength: 64 })}
      ${textField({ name: 'password', label: 'Password', value: '', type: 'password', autocomplete: 'current-password', maxLength: 128, getsFocus: true })}
      <div class="buttons"><button class="main">Login</button></div>
    </form>
    <p class="hint">
      The first password was printed when the router
      started.${options.hasToken && html` For one-time passwords on a phone: <a href="/token/">mOTP token</a>.`}
    </p>`;
  return barePage(options.status, 'Login', content);
}

export function waitingText(milliseconds: number): string {
  const seconds = Math.ceil(milliseconds / 1000);
  return `Too many wrong passwords from your address. Try again in ${seconds} ${seconds === 1 ? 'second' : 'seconds'}.`;
}
