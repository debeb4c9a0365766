import { type Command, InvalidArgumentError } from 'commander';
import type { GivenAnswers } from './asking-attendant.ts';
import { type CommandResult, fail } from '../command-failure.ts';
import { parseDescriptor, parseInteger } from '../option-values.ts';
import { readMotpKey } from '../otp-key.ts';
import { readSecretFile } from '../secret-file.ts';
import { readDescriptorLine } from '../terminal/descriptor-lines.ts';
import type { Profile } from '../../shared/profile.ts';
import { ok } from '../../shared/result.ts';

/** The options of `connect` and `test` that answer questions beforehand. No secret is ever a word of the command line. */
export interface CredentialOptions {
  readonly userName?: string;
  readonly passwordStdin?: true;
  readonly passwordFd?: number;
  readonly codeStdin?: true;
  readonly codeFd?: number;
  readonly pinStdin?: true;
  readonly pinFd?: number;
  readonly motpSecretFile?: string;
  readonly motpSecretFd?: number;
  readonly secondStepFd?: number;
  readonly trustFingerprint?: string;
  readonly keyring: boolean;
  /** Seconds. */
  readonly timeout?: number;
}

export function addCredentialOptions(command: Command): Command {
  return command
    .option('--user-name <name>', "instead of the profile's")
    .option('--password-stdin', 'read the password from standard input')
    .option('--password-fd <n>', 'read the password from this file descriptor', parseDescriptor)
    .option('--code-stdin', 'read the one-time password from standard input')
    .option('--code-fd <n>', 'read the one-time password from this file descriptor', parseDescriptor)
    .option(
      '--motp-secret-file <file>',
      'make the one-time password here, from the secret in this file and a PIN',
    )
    .option('--motp-secret-fd <n>', 'the same, with the secret from a file descriptor', parseDescriptor)
    .option('--pin-stdin', 'read the PIN from standard input')
    .option('--pin-fd <n>', 'read the PIN from this file descriptor', parseDescriptor)
    .option(
      '--second-step-fd <n>',
      'read the TOTP code of the second step from this file descriptor',
      parseDescriptor,
    )
    .option(
      '--trust-fingerprint <sha256>',
      "trust an unknown certificate with this SHA-256 (the certificate's or its public key's)",
      parseFingerprint,
    )
    .option('--no-keyring', 'read nothing from the keyring, and keep nothing in it')
    .option('--timeout <seconds>', 'give each stage of connecting no more than this', (text) =>
      parseInteger(text, 1, 600),
    );
}

export function givenAnswers(options: CredentialOptions): GivenAnswers {
  const { userName, secondStepFd, trustFingerprint } = options;
  const passwordFd = options.passwordStdin === true ? 0 : options.passwordFd;
  const codeFd = options.codeStdin === true ? 0 : options.codeFd;
  const pinFd = options.pinStdin === true ? 0 : options.pinFd;
  return {
    ...(userName === undefined ? {} : { userName }),
    ...(passwordFd === undefined ? {} : { passwordFd }),
    ...(codeFd === undefined ? {} : { codeFd }),
    ...(pinFd === undefined ? {} : { pinFd }),
    ...(secondStepFd === undefined ? {} : { secondStepFd }),
    ...(trustFingerprint === undefined ? {} : { trustFingerprint }),
  };
}

/** What is given with the command is used as it is given, and stays out of the keyring. */
export function usesKeyring(options: CredentialOptions, profile: Profile): boolean {
  const { passwordStdin, passwordFd, codeStdin, codeFd, userName } = options;
  const isGiven = [passwordStdin, passwordFd, codeStdin, codeFd].some((given) => given !== undefined);
  // What is kept belongs to the profile's own user.
  const isOtherUser = userName !== undefined && userName !== profile.userName && profile.userName !== '';
  return options.keyring && !isGiven && !isOtherUser;
}

/** The built-in generator's secret, when there is one: 1 to 32 hex digits, normalised. */
export async function readMotpSecret(options: CredentialOptions): Promise<CommandResult<string | undefined>> {
  const { motpSecretFile, motpSecretFd } = options;
  if (motpSecretFile === undefined && motpSecretFd === undefined) return ok(undefined);
  const text =
    motpSecretFile === undefined
      ? readDescriptorLine(motpSecretFd ?? 0)
      : await readSecretFile(motpSecretFile);
  if (!text.ok) return text;
  const secret = readMotpKey(text.value);
  return secret.ok ? secret : fail('usage', `The mOTP secret: ${secret.error}.`);
}

function parseFingerprint(text: string): string {
  const digits = text.replaceAll(/[\s:]/g, '').toLowerCase();
  if (!/^[0-9a-f]{64}$/.test(digits))
    throw new InvalidArgumentError('Give 64 hex digits, with or without colons.');
  return digits;
}
