import { z } from 'zod';
import { decodeBase32 } from '../shared/otp/base32.ts';
import { motpPinSchema, motpSecretSchema } from '../shared/otp/motp.ts';

/** A Remote Dial-in User profile, as the router's page shows it (protocol.md §5). */

export const MAXIMUM_USERS = 500;

export const dialInTypeSchema = z.enum(['ipsec', 'l2tp-ipsec', 'ssl', 'openvpn']);

const totpSecretSchema = z
  .string()
  .refine((text) => decodeBase32(text).ok && text.trim() !== '', 'Enter the secret in Base 32');

export const dialInUserSchema = z.object({
  /** Place in the router's table, 1 to 500. Left out = the first free one. */
  index: z.number().int().min(1).max(MAXIMUM_USERS),
  /** "Enable this account" */
  enabled: z.boolean().default(true),
  /** Seconds without a packet after which the router ends the session; 0 = never. */
  idleTimeoutSeconds: z.number().int().min(0).max(9999).default(300),
  /** "Allowed Dial-In Type". Without `ssl` the user is refused here. */
  allowedTypes: z.array(dialInTypeSchema).default(['ssl']),
  /** The Basic scheme forbids a colon; PAP carries the name behind a one-byte length. */
  userName: z
    .string()
    .min(1, 'Enter a user name')
    .max(64, 'Use at most 64 characters')
    .regex(/^[^:\p{Cc}]*$/u, 'A user name has no colon and no control characters'),
  /**
   * In the clear, because CHAP and MS-CHAP need the password itself to check an answer. Not used
   * when `motp` is given: the one-time password replaces it.
   */
  password: z.string().max(128).default(''),
  /** "Enable Mobile One-Time Passwords(mOTP)" */
  motp: z.object({ pin: motpPinSchema, secret: motpSecretSchema }).optional(),
  /** The second step inside the tunnel (RFC 6238, SHA-1, 6 digits, 30 s). */
  totp: z.object({ secret: totpSecretSchema }).optional(),
  /** "Specify Remote Node": the only public address the user may dial in from. */
  remoteNode: z.union([z.ipv4(), z.ipv6()], 'Enter an IPv4 or IPv6 address').optional(),
  /** "Assign Static IP Address" */
  staticAddress: z.ipv4().optional(),
});

/** As configured or typed: the index may be left out. */
export const dialInUserInputSchema = dialInUserSchema
  .extend({ index: dialInUserSchema.shape.index.optional() })
  .strict();

/** Of the configuration, where nobody is asked what is missing. */
export const configuredUserSchema = dialInUserInputSchema.refine(
  ({ password, motp }) => password !== '' || motp !== undefined,
  'A user needs a password or "motp"',
);

export type DialInUser = z.infer<typeof dialInUserSchema>;
export type DialInUserInput = z.input<typeof dialInUserInputSchema>;
