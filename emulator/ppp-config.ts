import { z } from 'zod';
import { parseIpv4Address } from '../shared/ip/ipv4-address.ts';
import { netmaskSchema } from '../shared/profile.ts';

/** "Dial-in PPP Authentication", in the order in which the router asks for them. */
const authenticationSchema = z
  .array(z.enum(['PAP', 'CHAP', 'MS-CHAP', 'MS-CHAPv2']))
  .min(1, 'Name at least one way to sign in')
  .default(['PAP']);

const poolSchema = z
  .strictObject({
    /** First address of the range. */
    start: z.ipv4().default('192.168.240.10'),
    /** How many addresses from there. */
    count: z.number().int().min(1).max(65_536).default(200),
  })
  .refine(
    (pool) => (parseIpv4Address(pool.start) ?? 0) + pool.count <= 0xffff_ffff,
    'The range goes beyond the last address',
  );

export const pppFields = z.strictObject({
  authentication: authenticationSchema,
  /** "IP assignment range". */
  addressPool: poolSchema.prefault({}),
  /** The router's own address inside the tunnel. */
  gateway: z.ipv4().default('192.168.240.1'),
  /** Netmask of the network behind the router. */
  netmask: netmaskSchema.default('255.255.255.0'),
  /**
   * Prefix of which clients make their IPv6 addresses, the router's own being ::1 in it. Left out: the router knows
   * nothing of IPv6.
   */
  ipv6Prefix: z
    .cidrv6()
    .refine((cidr) => cidr.endsWith('/64'), 'Enter a prefix of 64 bits, for example 2001:db8:240::/64')
    .optional(),
  /** DNS servers given to clients, at most two (RFC 1877). Left out: the router itself. */
  dns: z.array(z.ipv4()).max(2).optional(),
  /** What the router is ready to receive; a client may offer less. */
  mru: z.number().int().min(576).max(1500).default(1500),
  /** The name in CHAP challenges. */
  name: z.string().min(1).max(64).default('Vigor'),
  /** Whether a client that asks for an address of the range gets it when it is free. */
  grantWishedAddress: z.boolean().default(true),
});

export const pppSchema = pppFields.transform((ppp) => ({ ...ppp, dns: ppp.dns ?? [ppp.gateway] }));
