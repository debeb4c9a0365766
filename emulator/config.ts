import { z } from 'zod';
import { portSchema } from '../shared/profile.ts';
import { MAXIMUM_USERS, configuredUserSchema } from './dial-in-user.ts';
import { faultSchema } from './faults.ts';
import { lanSchema } from './lan/lan-config.ts';
import { pppSchema } from './ppp-config.ts';

/**
 * The router's configuration. Everything has a default: `{}` is a router that nobody may dial in to. What is not
 * known is an error in all of its parts: a setting with a typing error would be one that is not made.
 */

const certificateSchema = z.strictObject({
  /** `own-ca`: issued by an authority made for it, so that a client can be told to trust that one. */
  issuer: z.enum(['self-signed', 'own-ca']).default('self-signed'),
  commonName: z.string().min(1).max(64).default('Vigor Router'),
  /** DNS names and IP addresses it is made out to. */
  names: z.array(z.string().min(1)).max(50).default([]),
  /** ISO 8601. */
  validFrom: z.iso.datetime().default('2020-01-01T00:00:00Z'),
  validTo: z.iso.datetime().default('2049-12-31T23:59:59Z'),
});

const tlsSchema = z.strictObject({
  certificate: certificateSchema.prefault({}),
  /** A certificate and key of one's own, as PEM text, in place of a made one. */
  own: z.strictObject({ certificatePem: z.string(), keyPem: z.string() }).optional(),
  minimumVersion: z.enum(['1.2', '1.3']).default('1.2'),
  maximumVersion: z.enum(['1.2', '1.3']).default('1.3'),
});

/** What real routers do although no RFC asks for it (protocol.md §3). */
const quirksSchema = z.strictObject({
  /** LCP magic number is the constant 1. */
  magicOne: z.boolean().default(true),
  /** LCP offers no MRU. */
  offerNoMru: z.boolean().default(true),
  /** The first Authenticate-Ack has identifier 0 instead of the request's. */
  firstPapAckIdZero: z.boolean().default(true),
  /** IPCP asks for Van Jacobson compression before anything else. */
  askVanJacobsonFirst: z.boolean().default(true),
  /** IPCP's Nak comes late, as while a DHCP server is asked. */
  lateNak: z.boolean().default(true),
});

export const routerConfigSchema = z
  .strictObject({
    listen: z
      .strictObject({
        /** The address to listen on; `::` or `0.0.0.0` for all. */
        host: z.string().default('127.0.0.1'),
        /** 0 = any free port. */
        port: z.union([z.literal(0), portSchema]).default(4443),
      })
      .prefault({}),
    /** Folder for users and certificate, made when missing. Left out = nothing outlives the process. */
    folder: z.string().min(1).optional(),
    ppp: pppSchema.prefault({}),
    tls: tlsSchema.prefault({}),
    users: z.array(configuredUserSchema).max(MAXIMUM_USERS).default([]),
    /** Where user and password are checked: in the Basic header of CONNECT, in PPP, or in both. */
    checkPasswordAt: z.enum(['connect', 'ppp', 'both']).default('both'),
    /** What happens when a user dials in who is connected already. */
    whenAlreadyConnected: z.enum(['allow', 'refuse', 'replace']).default('allow'),
    bruteForce: z
      .strictObject({
        /** Wrong logins in a row from one address; 0 = no protection. */
        attempts: z.number().int().min(0).default(5),
        penaltySeconds: z.number().int().min(1).default(60),
        /** `forbidden`: 403 with Retry-After. `drop`: the connection is reset at once. */
        answer: z.enum(['forbidden', 'drop']).default('forbidden'),
      })
      .prefault({}),
    /** Tunnels at once. */
    sessionLimit: z.number().int().min(1).default(1000),
    /** Seconds for TLS, for the request, and for signing in and an address: for each of the three. */
    signInSeconds: z.number().int().min(1).max(600).default(60),
    /** Steps of 10 s to either side of the router's clock in which an mOTP code is accepted. */
    motpWindowSteps: z.number().int().min(0).max(360).default(3),
    /** Steps of 30 s to either side for TOTP. */
    totpWindowSteps: z.number().int().min(0).max(120).default(1),
    /** `vpn mfa bypass`: hours for which a public address that passed the second step need not again. */
    mfaBypassHours: z.number().int().min(0).max(744).default(0),
    http: z
      .strictObject({
        /** Whether answers carry a Date. */
        date: z.boolean().default(true),
        server: z
          .string()
          .regex(/^[\x20-\x7e]+$/)
          .default('DrayWeb/0.0.2'),
      })
      .prefault({}),
    quirks: quirksSchema.prefault({}),
    faults: z.array(faultSchema).max(100).default([]),
    /** Lines of syslog kept. */
    syslogLines: z.number().int().min(1).max(1_000_000).default(1000),
    /** What lies behind the router. `none` = nothing but the router itself answers. */
    lan: z.union([z.literal('none'), lanSchema]).default('none'),
  })
  .refine(
    (config) => config.tls.minimumVersion <= config.tls.maximumVersion,
    'The minimum TLS version is above the maximum',
  );

export type RouterConfig = z.infer<typeof routerConfigSchema>;
export type RouterConfigInput = z.input<typeof routerConfigSchema>;
