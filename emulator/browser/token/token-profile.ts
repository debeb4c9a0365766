import { z } from 'zod';

/** One secret on this device. */
export const tokenProfileSchema = z.object({
  id: z.string().min(1),
  name: z.string().min(1).max(64),
  /** "PIN type": how many digits the PIN has. */
  pinDigits: z.number().int().min(4).max(7),
  secret: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('plain'), digits: z.string().regex(/^[0-9a-f]{1,32}$/) }),
    /** Hex digits that only the PIN turns into the secret (sealed-secret.ts). `salt` is hex. */
    z.object({
      kind: z.literal('sealed'),
      digits: z.string().regex(/^[0-9a-f]{1,32}$/),
      salt: z.string().regex(/^[0-9a-f]{32}$/),
      iterations: z.number().int().min(1).max(10_000_000),
    }),
  ]),
});

export type TokenProfile = z.infer<typeof tokenProfileSchema>;
export type StoredSecret = TokenProfile['secret'];

export const PIN_TYPES = [4, 5, 6, 7] as const;
