import type { DialInUser } from '../dial-in-user.ts';
import { type Subnet, subnetText } from './address-rules.ts';
import {
  type FieldErrors,
  checkBox,
  checkField,
  errorSummary,
  shownField,
  textField,
} from './form-fields.ts';
import { type Html, html } from './html.ts';
import { USER_LABELS, type UserForm } from './user-form.ts';

const TYPES = [
  { value: 'ipsec', label: 'IPsec Tunnel' },
  { value: 'l2tp-ipsec', label: 'L2TP with IPsec Policy' },
  { value: 'ssl', label: 'SSL Tunnel' },
  { value: 'openvpn', label: 'OpenVPN' },
] as const;

const STORED = 'stored; leave empty to keep it';

export interface UserFormView {
  readonly formToken: Html;
  /** Undefined = a new one. */
  readonly user: DialInUser | undefined;
  readonly form: UserForm;
  readonly errors: FieldErrors;
  readonly subnet: Subnet;
}

/** The profile page of a Remote Dial-in User, in the router's words. */
export function userFormContent(view: UserFormView): Html {
  const { user, errors, formToken } = view;
  const path = user === undefined ? '/users/new' : `/users/${user.index}`;
  return html`${errorSummary(errors, USER_LABELS)}
    <form method="post" action="${path}" class="form">
      ${formToken}
      <button class="unseen" tabindex="-1" aria-hidden="true" name="action" value="save">OK</button>
      ${accountPart(view)} ${passwordPart(view)} ${motpPart(view)} ${totpPart(view)} ${addressPart(view)}
      <div class="buttons">
        <button class="main" name="action" value="save">OK</button>
        <a class="button" href="/users">Cancel</a>${
          user !== undefined && html` <a class="button danger" href="/users/${user.index}/delete">Delete…</a>`
        }
      </div>
    </form>`;
}

function accountPart({ form, errors }: UserFormView): Html {
  return html`<section>
    <h2>User account</h2>
    ${checkBox({ name: 'enabled', label: 'Enable this account', checked: form.enabled })}
    ${textField({ name: 'index', label: 'Index', value: form.index, type: 'number', min: 1, max: 500, error: errors.get('index') })}
    ${textField({ name: 'idleTimeout', label: 'Idle Timeout', value: form.idleTimeout, type: 'number', min: 0, max: 9999, error: errors.get('idleTimeout'), hint: 'Seconds without a packet, 0 to 9999; 0 = never', after: html`<span class="unit">second(s)</span>` })}
    ${checkField({
      name: 'types',
      label: 'Allowed Dial-In Type',
      error: errors.get('types'),
      hint: 'Only SSL Tunnel is served here.',
      boxes: TYPES.map(({ value, label }) =>
        checkBox({ name: 'types', value, label, checked: form.types.includes(value) }),
      ),
    })}
  </section>`;
}

function passwordPart({ form, errors, user }: UserFormView): Html {
  return html`<section>
    <h2>Sign-in</h2>
    ${textField({ name: 'userName', label: 'Username', value: form.userName, maxLength: 64, error: errors.get('userName') })}
    ${textField({
      name: 'password',
      label: 'Password',
      value: '',
      type: 'password',
      autocomplete: 'new-password',
      maxLength: 128,
      error: errors.get('password'),
      hint:
        user === undefined || user.password === ''
          ? 'Not used with Mobile One-Time Passwords.'
          : 'A password is stored. Leave it empty to keep it.',
    })}
  </section>`;
}

function motpPart({ form, errors, user }: UserFormView): Html {
  const stored = user?.motp !== undefined;
  return html`<section>
    <h2>Mobile One-Time Passwords</h2>
    ${checkBox({ name: 'motp', label: 'Enable Mobile One-Time Passwords(mOTP)', checked: form.motp })}
    ${textField({
      name: 'pin',
      label: 'PIN Code',
      value: form.pin,
      inputMode: 'numeric',
      maxLength: 16,
      isCode: true,
      error: errors.get('pin'),
      hint: stored ? `4 to 7 digits · ${STORED}` : '4 to 7 digits',
    })}
    ${textField({
      name: 'secret',
      label: 'Secret',
      value: form.secret,
      maxLength: 80,
      isCode: true,
      error: errors.get('secret'),
      hint: stored
        ? `1 to 32 hex digits, as the token shows them · ${STORED}`
        : '1 to 32 hex digits, as the token shows them',
      after: html`<button name="action" value="generate-motp">Generate</button>`,
    })}
    ${
      stored &&
      html`<details>
        <summary>Show the secret as QR code</summary>
        <img
          class="qr"
          src="/users/${user.index}/motp.svg"
          width="200"
          height="200"
          loading="lazy"
          alt="QR code with the mOTP secret of ${user.userName}"
        />
      </details>`
    }
  </section>`;
}

function totpPart({ form, errors, user }: UserFormView): Html {
  const stored = user?.totp !== undefined;
  return html`<section>
    <h2>Time-based One-Time Password</h2>
    ${checkBox({ name: 'totp', label: 'Enable Time-based One-time Password(TOTP)', checked: form.totp })}
    ${textField({
      name: 'totpSecret',
      label: 'TOTP secret',
      value: form.totpSecret,
      maxLength: 256,
      isCode: true,
      error: errors.get('totpSecret'),
      hint: stored ? `Base 32 · ${STORED}` : 'Base 32. The QR code is shown when it has been saved.',
      after: html`<button name="action" value="generate-totp">Generate</button>`,
    })}
    ${
      stored &&
      html`<details>
        <summary>Show QR code</summary>
        <img
          class="qr"
          src="/users/${user.index}/totp.svg"
          width="200"
          height="200"
          loading="lazy"
          alt="QR code with the TOTP secret of ${user.userName}"
        />
      </details>`
    }
  </section>`;
}

function addressPart({ form, errors, subnet }: UserFormView): Html {
  return html`<section>
    <h2>Network</h2>
    ${checkBox({ name: 'specifyNode', label: 'Specify Remote Node', checked: form.specifyNode })}
    ${textField({ name: 'remoteNode', label: 'Remote Client IP', value: form.remoteNode, maxLength: 64, isCode: true, error: errors.get('remoteNode'), hint: 'The only public address this user may dial in from' })}
    ${shownField('Subnet', html`LAN 1 <span class="code">${subnetText(subnet)}</span>`)}
    ${checkBox({ name: 'assignStatic', label: 'Assign Static IP Address', checked: form.assignStatic })}
    ${textField({ name: 'staticAddress', label: 'Static IP Address', value: form.staticAddress, maxLength: 40, isCode: true, error: errors.get('staticAddress') })}
  </section>`;
}
