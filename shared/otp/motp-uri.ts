import { err, ok, type Result } from '../result.ts';
import { motpSecretSchema } from './motp.ts';
import { decodeUriText, readQuery } from './uri-text.ts';

/** What a `motp://SITE:USER?secret=SECRET` QR code holds. `secret` is normalised. */
export interface MotpKey {
  readonly site: string;
  readonly user: string;
  readonly secret: string;
}

const FORM = /^motp:\/\/([^?#]*)\?([^#]*)/i;

/** The error is a sentence that never holds the secret. */
export function parseMotpUri(text: string): Result<MotpKey, string> {
  const match = FORM.exec(text.trim());
  if (match === null) return err('This is not an mOTP address of the form motp://SITE:USER?secret=SECRET');
  const [, label = '', query = ''] = match;
  const colon = label.indexOf(':');
  const site = decodeUriText(colon < 0 ? label : label.slice(0, colon));
  const user = decodeUriText(colon < 0 ? '' : label.slice(colon + 1));
  const parameters = readQuery(query);
  if (site === undefined || user === undefined || parameters === undefined) {
    return err('This mOTP address is damaged: one of its % codes cannot be read');
  }
  const secret = motpSecretSchema.safeParse(parameters.get('secret') ?? '');
  if (!secret.success) return err('This mOTP address has no secret of 1 to 32 hex digits');
  return ok({ site, user, secret: secret.data });
}

export function formatMotpUri(key: MotpKey): string {
  return `motp://${encodeURIComponent(key.site)}:${encodeURIComponent(key.user)}?secret=${key.secret}`;
}
