import { z } from 'zod';
import { asciiName } from './server-address.ts';

/**
 * A profile: everything needed to dial one router, except secrets. The fields and their words are
 * those of DrayTek's Smart VPN Client, so that an administrator's guide for it can be followed here.
 */

const HOST =
  /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** No top-level domain is a number, so `192.168.1.300` is a mistyped address and not a name (RFC 3696 §2). */
function isHostName(text: string): boolean {
  return HOST.test(text) && !/(^|\.)[0-9]+\.?$/.test(text);
}

/**
 * A host name (RFC 1123), an IPv4 address, or an IPv6 address with or without brackets. An internationalised name is kept as it
 * was typed; what is dialled is its `asciiName`.
 */
export const serverSchema = z
  .string()
  .trim()
  .transform((text) => text.replace(/^\[(.*)\]$/, '$1'))
  .refine(
    (text) =>
      isHostName(asciiName(text)) || z.ipv4().safeParse(text).success || z.ipv6().safeParse(text).success,
    'Enter a host name or an IP address, for example vpn.example.com',
  );

/** The name is shown in lists, menus and tooltips, so it stays on one line. */
export const profileNameSchema = z
  .string()
  .trim()
  .min(1, 'Enter a name for this profile')
  .max(100, 'Use at most 100 characters')
  .regex(/^\P{Cc}*$/u, 'Leave out line breaks and control characters');

/** RFC 1334 and RFC 2759 carry the name behind a one-byte length; the Basic scheme forbids a colon. */
export const userNameSchema = z
  .string()
  .max(64, 'Use at most 64 characters')
  .regex(/^[^:\p{Cc}]*$/u, 'A user name has no colon and no control characters');

export const portSchema = z.number().int().min(1, 'Ports start at 1').max(65535, 'Ports end at 65535');

export const netmaskSchema = z.ipv4().refine((mask) => {
  const bits = mask.split('.').reduce((sum, byte) => sum * 256 + Number(byte), 0);
  const inverted = 2 ** 32 - 1 - bits;
  return (inverted & (inverted + 1)) === 0;
}, 'Enter a netmask, for example 255.255.255.0');

/** Auto: the router gives the address in IPCP. Static: ours is offered, and refused ones end the attempt. */
export const ipPropertySchema = z.discriminatedUnion('mode', [
  z.object({ mode: z.literal('auto') }),
  z.object({
    mode: z.literal('static'),
    address: z.ipv4(),
    netmask: netmaskSchema,
    dns: z.array(z.ipv4()).max(4),
  }),
]);

export const advancedOptionsSchema = z.object({
  /** "Use default gateway on remote network": on sends all traffic through the tunnel. */
  useDefaultGateway: z.boolean().default(true),
  /** Networks reached through the tunnel besides the remote network, as CIDR. */
  routes: z.array(z.cidrv4()).max(256).default([]),
  /** Networks that stay outside the tunnel although `routes` or the default gateway would send them in, as CIDR. */
  excludedRoutes: z.array(z.cidrv4()).max(256).default([]),
  /** DNS servers instead of those that the router gives. */
  dns: z.array(z.ipv4()).max(4).default([]),
  searchDomains: z
    .array(z.string().trim().regex(HOST, 'Enter a domain, for example corp.example'))
    .max(16)
    .default([]),
  /** What we offer in LCP. 1442 is what DrayTek's own mobile client offers. */
  mru: z.number().int().min(576, 'At least 576').max(1500, 'At most 1500').default(1442),
  /** Silence after which the router is asked whether it is still there. */
  keepAliveSeconds: z.number().int().min(5, 'At least 5 seconds').max(300, 'At most 300 seconds').default(10),
  reconnect: z.boolean().default(true),
  /** "Block traffic when the tunnel drops": nothing leaves past the tunnel while it is made anew. */
  blockWhenDown: z.boolean().default(false),
  /** "Enable Server Certificate Authentication" */
  verifyServerCertificate: z.boolean().default(true),
  minimumTls: z.enum(['1.2', '1.3']).default('1.2'),
  /** Some routers' firmware cannot do RFC 5746; OpenSSL refuses them unless told otherwise. */
  legacyRenegotiation: z.boolean().default(false),
  /** `one`: for routers that cannot read a TLS record with more than one frame in it. Slower. */
  framesPerRecord: z.enum(['many', 'one']).default('many'),
});

/** A certificate that the user said yes to: its public key is what must not change. */
export const trustedCertificateSchema = z.object({
  /** SHA-256 of the SubjectPublicKeyInfo, lower-case hex. */
  publicKeySha256: z.string().regex(/^[0-9a-f]{64}$/),
  trustedAt: z.iso.datetime(),
});

export const serverTypeSchema = z.enum(['ssl', 'openvpn', 'ikev2-eap', 'ipsec-xauth', 'l2tp-ipsec']);
export const authenticationTypeSchema = z.enum(['password', 'motp']);

export const profileSchema = z.object({
  id: z.uuid(),
  name: profileNameSchema,
  serverType: serverTypeSchema.default('ssl'),
  server: serverSchema,
  port: portSchema.default(443),
  authentication: authenticationTypeSchema.default('password'),
  userName: userNameSchema.default(''),
  /** Keeps the user name; the password too unless it is a one-time password. */
  rememberCredentials: z.boolean().default(true),
  alwaysPrompt: z.boolean().default(false),
  ip: ipPropertySchema.default({ mode: 'auto' }),
  advanced: advancedOptionsSchema.prefault({}),
  trustedCertificate: trustedCertificateSchema.optional(),
});

export type Profile = z.infer<typeof profileSchema>;
/** What a person enters: every field with a default may be left out. */
export type ProfileInput = z.input<typeof profileSchema>;
export type IpProperty = z.infer<typeof ipPropertySchema>;
export type AdvancedOptions = z.infer<typeof advancedOptionsSchema>;
export type ServerType = z.infer<typeof serverTypeSchema>;
export type AuthenticationType = z.infer<typeof authenticationTypeSchema>;
export type TrustedCertificate = z.infer<typeof trustedCertificateSchema>;
