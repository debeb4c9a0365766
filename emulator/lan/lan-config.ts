import { z } from 'zod';

/** What lies behind the router: the part of its configuration that chooses a `Lan`. */

const NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*$/;

const hostNameSchema = z
  .string()
  .trim()
  .toLowerCase()
  .regex(NAME, 'Enter a host name, for example nas.office.example');

/** Names that the router's DNS knows, with their addresses. */
const recordsSchema = z
  .array(z.strictObject({ name: hostNameSchema, address: z.ipv4() }))
  .max(10_000)
  .default([]);

const hostSchema = z.strictObject({
  address: z.ipv4(),
  /** Names of this host in the router's DNS. */
  names: z.array(hostNameSchema).max(16).default([]),
  /** What its web server on port 80 says. */
  text: z.string().max(16_384).default('Hello from the LAN behind the router.\n'),
});

/** Hosts inside the emulator: they answer ICMP echo, DNS and HTTP. Needs no privilege. */
export const builtInLanSchema = z.strictObject({
  kind: z.literal('built-in'),
  hosts: z.array(hostSchema).max(1000).default([]),
  records: recordsSchema,
});

/** A TUN device in front of real hosts. Needs root or CAP_NET_ADMIN, and iproute2. */
export const tunLanSchema = z.strictObject({
  kind: z.literal('tun'),
  interfaceName: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,14}$/, 'Enter an interface name of at most 15 letters and digits')
    .default('vigor0'),
  /** The device's MTU. Tunnels with a smaller one get ICMP "fragmentation needed" sent for them. */
  mtu: z.number().int().min(576).max(1500).default(1442),
  /** Networks of tunnels besides the gateway's own, as CIDR: their routes lead to the device. */
  routes: z.array(z.cidrv4()).max(256).default([]),
  /** Turns net.ipv4.ip_forward on in this network namespace, and back as it was at the end. */
  forwarding: z.boolean().default(false),
  records: recordsSchema,
});

export const lanSchema = z.discriminatedUnion('kind', [builtInLanSchema, tunLanSchema]);

export type BuiltInLanConfig = z.infer<typeof builtInLanSchema>;
export type BuiltInHost = z.infer<typeof hostSchema>;
export type TunLanConfig = z.infer<typeof tunLanSchema>;
