import { randomBytes } from 'node:crypto';
import type { Command } from 'commander';
import { askSecret } from '../asking.ts';
import { type CommandResult, fail } from '../command-failure.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { parseDescriptor, parseInteger } from '../option-values.ts';
import { type CodeGenerator, type Code, readKey } from '../otp-key.ts';
import { readSecretFile } from '../secret-file.ts';
import { firstIssue } from '../zod-text.ts';
import { generateMotpSecret, motpPinSchema } from '../../shared/otp/motp.ts';
import { err, ok } from '../../shared/result.ts';

const HELP = `
The secret is 1 to 32 hex digits (mOTP), base 32 text (--totp), or a whole
motp:// or otpauth:// address. Secret and PIN are asked for without echo, or
read from a file descriptor, never from the command line.

Examples:
  smartvpn otp                               asks for secret and PIN, prints the code
  smartvpn otp --secret-file ~/motp --watch  a new code every ten seconds
  smartvpn otp --profile office              with the secret from the keyring
  smartvpn otp --stdin < secret-and-pin      two lines: the secret, the PIN
  smartvpn otp --totp                        for routers that ask for a TOTP code as a second step
  smartvpn otp new                           a fresh secret for the router's user profile`;

interface OtpOptions {
  readonly totp?: true;
  readonly watch?: true;
  readonly stdin?: true;
  readonly secretFd?: number;
  readonly pinFd?: number;
  readonly secretFile?: string;
  readonly profile?: string;
  readonly at?: number;
}

export function defineOtp(command: Command, run: Run): void {
  command
    .description('Makes one-time codes: mOTP as DrayTek routers take it instead of a password, or TOTP.')
    .helpCommand(false)
    .option('--totp', 'a TOTP code (RFC 6238) instead of an mOTP code')
    .option('--watch', 'go on, with a countdown, until Ctrl-C')
    .option('--stdin', 'read the secret, then the PIN, from standard input, a line each')
    .option('--secret-fd <n>', 'read the secret from this file descriptor', parseDescriptor)
    .option('--pin-fd <n>', 'read the PIN from this file descriptor', parseDescriptor)
    .option('--secret-file <file>', 'read the secret from a file that only its owner may read')
    .option('--profile <name>', 'take the mOTP secret that the keyring holds for this profile')
    .option('--at <seconds>', 'the code of another moment, in Unix seconds', (text) =>
      parseInteger(text, 0, 2 ** 40),
    )
    .addHelpText('after', HELP)
    .action(run((context: Context, options: OtpOptions) => printCodes(context, options)));
  command
    .command('new')
    .summary('make a secret')
    .description(
      'Makes an mOTP secret as DrayTek routers do: 32 hex digits from the secure random generator.',
    )
    .addHelpText('after', '\nExample:\n  (umask 077; smartvpn otp new > ~/motp)')
    .action(
      run((context: Context) => {
        const secret = generateMotpSecret((length) => randomBytes(length));
        context.output.object({ event: 'secret', secret });
        context.output.line(secret);
        return Promise.resolve(exitCode('done'));
      }),
    );
}

async function printCodes(context: Context, options: OtpOptions): Promise<number> {
  const generator = await prepare(context, options);
  if (!generator.ok) return context.output.fail(generator.error);
  if (options.watch === true) return watchCodes(context, generator.value);
  const now = options.at === undefined ? Date.now() : options.at * 1000;
  const code = generator.value(now);
  context.output.object(codeObject(code));
  context.output.line(code.text);
  if (options.at === undefined) context.output.note(`Good for ${secondsLeft(code, now)} s more.`);
  return exitCode('done');
}

async function prepare(context: Context, options: OtpOptions): Promise<CommandResult<CodeGenerator>> {
  const stdin = options.stdin === true ? 0 : undefined;
  const secret = await readSecret(context, options, stdin);
  if (!secret.ok) return secret;
  const key = readKey(secret.value, options.totp === true);
  if (!key.ok) return fail('usage', `${key.error}.`);
  if (key.value.kind === 'totp') return ok(key.value.generator);
  const pin = await askSecret(context, {
    asks: 'PIN',
    descriptor: options.pinFd ?? stdin,
    option: '--pin-fd or --stdin',
    parse: (text) => {
      const parsed = motpPinSchema.safeParse(text);
      return parsed.success ? ok(parsed.data) : err(firstIssue(parsed.error));
    },
  });
  return pin.ok ? ok(key.value.withPin(pin.value)) : pin;
}

async function readSecret(
  context: Context,
  options: OtpOptions,
  stdin: number | undefined,
): Promise<CommandResult<string>> {
  if (options.profile !== undefined) return keptSecret(context, options.profile);
  if (options.secretFile !== undefined) return readSecretFile(options.secretFile);
  return askSecret(context, {
    asks: 'Secret',
    descriptor: options.secretFd ?? stdin,
    option: '--secret-fd, --secret-file or --stdin',
    parse: (text) => {
      const key = readKey(text, options.totp === true);
      return key.ok ? ok(text) : key;
    },
  });
}

async function keptSecret(context: Context, name: string): Promise<CommandResult<string>> {
  // Loaded only now: a code from a secret at hand needs no store.
  const [{ findProfile, openProfiles }, { openKeyring }] = await Promise.all([
    import('../store-access.ts'),
    import('../keyring.ts'),
  ]);
  const profile = findProfile(await openProfiles(context), name);
  if (!profile.ok) return profile;
  const keyring = await openKeyring([profile.value]);
  if (!keyring.ok) {
    const step = 'Give the secret with --secret-file, or leave out --profile to be asked for it.';
    return err({ ...keyring.error, steps: [...keyring.error.steps, step] });
  }
  const secret = await keyring.value.get(profile.value, 'motp-secret');
  if (!secret.ok) return secret;
  if (secret.value !== undefined) return ok(secret.value);
  return fail(
    'usage',
    `The keyring holds no mOTP secret for ${profile.value.name}.`,
    `Put it there with: smartvpn profile secret set ${name}`,
  );
}

/** On a terminal one line that counts down; else a line for each new code. */
function watchCodes(context: Context, generator: CodeGenerator): Promise<number> {
  const live = process.stdout.isTTY && !context.output.json;
  return new Promise((resolve) => {
    let shown: number | undefined;
    const show = (): void => {
      const now = Date.now();
      const code = generator(now);
      if (live)
        process.stdout.write(
          `\r${context.output.style.strong(code.text)}  ${secondsLeft(code, now)} s \u001b[K`,
        );
      else if (code.counter !== shown) {
        context.output.object(codeObject(code));
        context.output.line(code.text);
      }
      shown = code.counter;
      // to the next full second on a terminal, to the next code elsewhere
      timer = setTimeout(show, live ? 1000 - (now % 1000) : code.validUntil - now);
    };
    const stop = (): void => {
      clearTimeout(timer);
      if (live) process.stdout.write('\n');
      resolve(exitCode('done'));
    };
    let timer: NodeJS.Timeout | undefined;
    context.interruption.signal.addEventListener('abort', stop, { once: true });
    context.onOutputGone(stop);
    show();
  });
}

function secondsLeft(code: Code, now: number): number {
  return Math.ceil((code.validUntil - now) / 1000);
}

function codeObject(code: Code): Readonly<Record<string, unknown>> {
  const { kind, text, counter, validFrom, validUntil } = code;
  return { event: 'code', kind, code: text, counter, validFrom, validUntil };
}
