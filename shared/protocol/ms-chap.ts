import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import type { AccountProblem } from '../connection.ts';
import { desEncryptBlock } from './des.ts';
import { md4 } from './md4.ts';

/*
 * MS-CHAP (RFC 2433) and MS-CHAPv2 (RFC 2759). Both answer with 49 bytes in a CHAP Response:
 *
 *   v1:  LAN Manager response, 24 (zeros: not to be sent) | NT response, 24 | use NT = 1
 *   v2:  peer challenge, 16 | zeros, 8                    | NT response, 24 | flags = 0
 */

export const MS_CHAP_CHALLENGE_LENGTH = 8;
export const MS_CHAP_V2_CHALLENGE_LENGTH = 16;
export const MS_CHAP_RESPONSE_LENGTH = 49;
const NT_RESPONSE_AT = 24;
const NT_RESPONSE_LENGTH = 24;

/** RFC 2759 §8.3: MD4 of the password in UTF-16, little-endian. */
export function ntPasswordHash(password: string): Uint8Array {
  const bytes = new Uint8Array(2 * password.length);
  for (let i = 0; i < password.length; i += 1) {
    const unit = password.charCodeAt(i);
    bytes[2 * i] = unit;
    bytes[2 * i + 1] = unit >>> 8;
  }
  return md4(bytes);
}

/** RFC 2759 §8.5: the 8-byte challenge under three DES keys cut from the 16-byte hash padded to 21. */
export function challengeResponse(challenge: Uint8Array, passwordHash: Uint8Array): Uint8Array {
  const keys = new Uint8Array(21);
  keys.set(passwordHash);
  return concatBytes(
    ...[0, 7, 14].map((at) => desEncryptBlock(spreadKey(keys.subarray(at, at + 7)), challenge)),
  );
}

/** Seven bytes become eight: seven bits each, and a parity bit that DES ignores. */
function spreadKey(seven: Uint8Array): Uint8Array {
  const bits = seven.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return Uint8Array.from({ length: 8 }, (_, i) => Number((bits >> BigInt(49 - 7 * i)) & 0x7fn) << 1);
}

/** RFC 2759 §8.2. A domain before the last backslash of the name does not count. */
export function challengeHash(
  peerChallenge: Uint8Array,
  authenticatorChallenge: Uint8Array,
  userName: string,
): Uint8Array {
  const name = userName.slice(userName.lastIndexOf('\\') + 1);
  return sha1(concatBytes(peerChallenge, authenticatorChallenge, utf8ToBytes(name))).subarray(0, 8);
}

/** RFC 2433 §A.1. */
export function msChapNtResponse(challenge: Uint8Array, password: string): Uint8Array {
  return challengeResponse(challenge, ntPasswordHash(password));
}

/** RFC 2759 §8.1. */
export function msChapV2NtResponse(
  authenticatorChallenge: Uint8Array,
  peerChallenge: Uint8Array,
  userName: string,
  password: string,
): Uint8Array {
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, userName);
  return challengeResponse(challenge, ntPasswordHash(password));
}

const SIGNING_MAGIC = utf8ToBytes('Magic server to client signing constant');
const ITERATION_MAGIC = utf8ToBytes('Pad to make it do more than one iteration');

/** RFC 2759 §8.7: "S=" and 40 upper-case hexadecimal digits, by which the server proves that it knows the password. */
export function authenticatorResponse(
  password: string,
  ntResponse: Uint8Array,
  peerChallenge: Uint8Array,
  authenticatorChallenge: Uint8Array,
  userName: string,
): string {
  const hashHash = md4(ntPasswordHash(password));
  const digest = sha1(concatBytes(hashHash, ntResponse, SIGNING_MAGIC));
  const challenge = challengeHash(peerChallenge, authenticatorChallenge, userName);
  return `S=${bytesToHex(sha1(concatBytes(digest, challenge, ITERATION_MAGIC))).toUpperCase()}`;
}

/** The value of an MS-CHAP Response with the NT response alone. */
export function encodeMsChapResponse(ntResponse: Uint8Array): Uint8Array {
  const value = new Uint8Array(MS_CHAP_RESPONSE_LENGTH);
  value.set(ntResponse, NT_RESPONSE_AT);
  value[MS_CHAP_RESPONSE_LENGTH - 1] = 1;
  return value;
}

/** The value of an MS-CHAPv2 Response. */
export function encodeMsChapV2Response(peerChallenge: Uint8Array, ntResponse: Uint8Array): Uint8Array {
  const value = new Uint8Array(MS_CHAP_RESPONSE_LENGTH);
  value.set(peerChallenge);
  value.set(ntResponse, NT_RESPONSE_AT);
  return value;
}

/** The fields of either version's value; undefined unless it has 49 bytes. Views. */
export function decodeMsChapResponse(
  value: Uint8Array,
): { readonly peerChallenge: Uint8Array; readonly ntResponse: Uint8Array } | undefined {
  if (value.length !== MS_CHAP_RESPONSE_LENGTH) return undefined;
  return {
    peerChallenge: value.subarray(0, MS_CHAP_V2_CHALLENGE_LENGTH),
    ntResponse: value.subarray(NT_RESPONSE_AT, NT_RESPONSE_AT + NT_RESPONSE_LENGTH),
  };
}

/** Why a sign-in was refused. PAP and CHAP say no more than `wrong-credentials`. */
export type Refusal = 'wrong-credentials' | AccountProblem;

/** RFC 2759 §6 (and RFC 2433 §5): E=eeeeeeeeee. 709 (error changing the password) never answers a Response. */
export const MS_CHAP_ERROR: Readonly<Record<Refusal, number>> = {
  'outside-permitted-hours': 646,
  'account-disabled': 647,
  'password-expired': 648,
  'no-dial-in-permission': 649,
  'wrong-credentials': 691,
};

export interface MsChapFailure {
  readonly refusal: Refusal;
  /** The text after M=, or all of it when it is not in MS-CHAP's form. */
  readonly message: string;
}

const FAILURE = /^E=(\d{1,10})(?: [RCV]=[0-9A-Fa-f]+)*(?: M=(.*))?$/s;

/** "E=691 R=1 C=… V=3 M=…". A code we do not know counts as wrong credentials. */
export function parseMsChapFailure(text: string): MsChapFailure {
  const match = FAILURE.exec(text.trimEnd());
  if (match === null) return { refusal: 'wrong-credentials', message: text };
  return { refusal: refusalOf(Number(match[1])), message: match[2] ?? '' };
}

function refusalOf(code: number): Refusal {
  switch (code) {
    case MS_CHAP_ERROR['outside-permitted-hours']:
      return 'outside-permitted-hours';
    case MS_CHAP_ERROR['account-disabled']:
      return 'account-disabled';
    case MS_CHAP_ERROR['password-expired']:
      return 'password-expired';
    case MS_CHAP_ERROR['no-dial-in-permission']:
      return 'no-dial-in-permission';
    default:
      return 'wrong-credentials';
  }
}

/** R=0: no second try in this session; every new attempt brings new credentials. */
export function formatMsChapFailure(
  refusal: Refusal,
  challenge: Uint8Array,
  version: 1 | 2,
  message: string,
): string {
  const code = `E=${MS_CHAP_ERROR[refusal]} R=0 C=${bytesToHex(challenge).toUpperCase()}`;
  return version === 2 ? `${code} V=3 M=${message}` : code;
}
