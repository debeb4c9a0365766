import { createHash } from 'node:crypto';

/** Mobile-OTP after protocol.md §4, by OpenSSL's MD5: not the project's own. */
export function ownMotp(unixMilliseconds: number, secret: string, pin: string): string {
  const steps = Math.floor(unixMilliseconds / 10_000);
  return createHash('md5').update(`${steps}${secret}${pin}`).digest('hex').slice(0, 6);
}
