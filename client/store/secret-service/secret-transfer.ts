import {
  createCipheriv,
  createDecipheriv,
  createDiffieHellmanGroup,
  hkdfSync,
  randomBytes,
  type DiffieHellmanGroup,
} from 'node:crypto';
import { err, ok, type Result } from '../../../shared/result.ts';

/** A secret as it travels on the bus (Secret Service API 0.2, "Transfer of Secrets"). */
export interface SealedSecret {
  /** The initialisation vector; empty without encryption. */
  readonly parameters: Buffer;
  readonly value: Buffer;
}

export interface SecretTransfer {
  seal(secret: string): SealedSecret;
  /** The error is a detail for a log. */
  unseal(sealed: SealedSecret): Result<string, string>;
}

export const ENCRYPTED_ALGORITHM = 'dh-ietf1024-sha256-aes128-cbc-pkcs7';
export const PLAIN_ALGORITHM = 'plain';

const CIPHER = 'aes-128-cbc';
const KEY_LENGTH = 16;
const BLOCK_LENGTH = 16;
/** 1024 bits. */
const PRIME_LENGTH = 128;

/** Our half of the agreement on a key. */
export interface KeyOffer {
  readonly publicKey: Buffer;
  /** The error is a detail for a log. */
  agree(theirs: Buffer): Result<SecretTransfer, string>;
}

/** The second group of RFC 2409; its 1024 bits keep readers of the bus out, who are this user's own programs. */
export function offerKey(): KeyOffer {
  const group = createDiffieHellmanGroup('modp2');
  return { publicKey: group.generateKeys(), agree: (theirs) => agree(group, theirs) };
}

function agree(group: DiffieHellmanGroup, theirs: Buffer): Result<SecretTransfer, string> {
  try {
    // A smaller number has fewer bytes: both ends fill up with zeros in front.
    const shared = Buffer.alloc(PRIME_LENGTH);
    const computed = group.computeSecret(theirs);
    computed.copy(shared, PRIME_LENGTH - computed.length);
    const key = Buffer.from(hkdfSync('sha256', shared, Buffer.alloc(0), Buffer.alloc(0), KEY_LENGTH));
    return ok(encryptedTransfer(key));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

function encryptedTransfer(key: Buffer): SecretTransfer {
  return {
    seal: (secret) => {
      const parameters = randomBytes(BLOCK_LENGTH);
      const cipher = createCipheriv(CIPHER, key, parameters);
      return { parameters, value: Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]) };
    },
    unseal: ({ parameters, value }) => {
      try {
        const decipher = createDecipheriv(CIPHER, key, parameters);
        return textIn(Buffer.concat([decipher.update(value), decipher.final()]));
      } catch {
        return err('the secret came in a form that cannot be decrypted');
      }
    },
  };
}

export const plainTransfer: SecretTransfer = {
  seal: (secret) => ({ parameters: Buffer.alloc(0), value: Buffer.from(secret) }),
  unseal: ({ value }) => textIn(value),
};

function textIn(bytes: Buffer): Result<string, string> {
  try {
    return ok(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return err('the secret is no text');
  }
}
