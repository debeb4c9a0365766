import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { askSecret } from '../asking.ts';
import { type CommandFailure, type CommandResult, failure } from '../command-failure.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { fileErrorText } from '../file-error-text.ts';
import { collect, parseDescriptor, parsePort } from '../option-values.ts';
import { printable } from '../output.ts';
import { routerAddresses } from './router-addresses.ts';
import { type DemoUser, makeDemoUser, routerConfig } from './router-config.ts';
import type { RouterConfig } from '../../emulator/config.ts';
import type { DialInUserInput } from '../../emulator/dial-in-user.ts';
import { errorCode } from '../../shared/error-code.ts';
import { err, ok } from '../../shared/result.ts';

interface RouterOptions {
  readonly config?: string;
  readonly listen?: string;
  readonly port?: number;
  readonly user?: readonly string[];
  readonly passwordFd?: number;
  readonly usersFile?: string;
  readonly demoUser?: true;
  readonly lan?: 'none' | 'built-in' | 'tun';
  readonly state?: string;
  readonly ephemeral?: true;
  readonly open?: true;
  readonly printConfig?: true;
}

export function defineRouter(command: Command, run: Run): void {
  command
    .description(
      'Runs the router emulator: the SSL VPN server of a DrayTek Vigor, with dial-in users, one-time passwords and a LAN behind it. For trying and testing, not for the open internet.',
    )
    .option('--listen <address>', 'the address to listen on (127.0.0.1; 0.0.0.0 for all)')
    .option('--port <n>', 'the port to listen on; 0 for any free one (4443)', parsePort)
    .option('--user <name>', 'a user with a password, which is asked for; may be repeated', collect)
    .option(
      '--password-fd <n>',
      'read those passwords from this file descriptor, a line each',
      parseDescriptor,
    )
    .option('--users-file <file>', 'more users: a JSON array as in the configuration')
    .option('--demo-user', 'make a user with one-time passwords, and print its PIN and secret')
    .addOption(
      new Option(
        '--lan <kind>',
        'what is behind the router: hosts inside the emulator (built-in), or a TUN device (needs root)',
      ).choices(['none', 'built-in', 'tun']),
    )
    .option('--config <file>', 'everything else: a JSON file as --print-config prints it')
    .option('--state <folder>', 'keep users, settings, certificate and the administrator’s password there')
    .option('--ephemeral', 'keep nothing: new users, a new certificate and a new password each time')
    .option('--open', 'open the router’s pages in the browser')
    .option('--print-config', 'print the whole configuration that would be used, and end')
    .addHelpText(
      'after',
      `
Prints where it listens, the certificate's fingerprint, the users and where its
own pages are, then its syslog, until Ctrl-C. The administrator's first password
is printed once; the pages change it.

Examples:
  smartvpn router --open
  smartvpn router --demo-user --ephemeral
  smartvpn router --listen 0.0.0.0 --port 443 --user anna
  smartvpn router --print-config > router.json    a file to start from
  smartvpn router --config router.json`,
    )
    .action(run(router));
}

async function router(context: Context, options: RouterOptions): Promise<number> {
  const { output } = context;
  const users = await passwordUsers(context, options);
  if (!users.ok) return output.fail(users.error);
  const demo = options.demoUser === true ? makeDemoUser() : undefined;
  const { demoUser: _demoUser, user: _user, passwordFd: _fd, printConfig, open, ...flags } = options;
  const usualFolder = join(context.folders.state, 'router');
  const allUsers = [...users.value, ...demoUsers(demo)];
  const config = await routerConfig(context, { ...flags, usualFolder, users: allUsers });
  if (!config.ok) return output.fail(config.error);
  if (printConfig === true) {
    process.stdout.write(`${JSON.stringify(config.value, null, output.json ? 0 : 2)}\n`);
    return exitCode('done');
  }
  return serve(context, config.value, demo, open === true);
}

async function passwordUsers(
  context: Context,
  options: RouterOptions,
): Promise<CommandResult<readonly DialInUserInput[]>> {
  const users: DialInUserInput[] = [];
  for (const userName of options.user ?? []) {
    const password = await askSecret(context, {
      asks: `Password of ${userName}`,
      descriptor: options.passwordFd,
      option: '--password-fd',
      parse: (text) => (text === '' ? err('Enter a password') : ok(text)),
    });
    if (!password.ok) return password;
    users.push({ userName, password: password.value });
  }
  return ok(users);
}

function demoUsers(demo: DemoUser | undefined): readonly DialInUserInput[] {
  return demo === undefined
    ? []
    : [{ userName: demo.userName, motp: { pin: demo.pin, secret: demo.secret } }];
}

async function serve(
  context: Context,
  config: RouterConfig,
  demo: DemoUser | undefined,
  opensBrowser: boolean,
): Promise<number> {
  const { output, interruption } = context;
  // Loaded only now: --help and --print-config need no TLS and no certificates.
  const [{ startRouter }, { loadRouterPages }] = await Promise.all([
    import('../../emulator/router.ts'),
    import('./router-pages.ts'),
  ]);
  const loaded = await loadRouterPages(config.folder, output).catch(notStarted);
  if ('reason' in loaded) return output.fail(loaded);
  const { pages, hasToken, firstPassword, keep } = loaded;
  const started = await startRouter(config, { pages }).catch(notStarted);
  if ('reason' in started) return output.fail(started);
  const router = started;
  const addresses = routerAddresses(router);
  const kept = await keep().catch(notStarted);
  if (kept !== undefined) {
    await router.close();
    return output.fail(kept);
  }
  for (const problem of router.problems) output.warn(problem);
  const names = router.users.list().map(({ userName }) => userName);
  output.object({
    event: 'listening',
    host: router.host,
    port: router.port,
    fingerprint: router.certificate.fingerprint,
    publicKeySha256: router.certificate.publicKeySha256,
    users: names,
    pages: addresses.pages,
    pagesElsewhere: addresses.pagesElsewhere,
    administrator: { userName: 'admin', ...(firstPassword === undefined ? {} : { firstPassword }) },
    ...(demo === undefined ? {} : { demoUser: demo }),
  });
  output.line(`Listening on ${router.host}, port ${router.port}.`);
  output.line(`Certificate (SHA-256) ${router.certificate.fingerprint}`);
  output.line(
    names.length === 0
      ? 'There are no users yet: nobody may dial in until you add one on the router’s pages.'
      : `Users: ${names.join(', ')}`,
  );
  output.line(`The router’s pages: ${output.style.strong(addresses.pages)}`);
  if (addresses.pagesElsewhere.length > 0) {
    output.line(`  from other devices: ${addresses.pagesElsewhere.join(' ')}`);
  }
  if (hasToken) {
    const phones = addresses.pagesElsewhere.length > 0 ? addresses.pagesElsewhere : [addresses.pages];
    output.line(`The mOTP token, for a phone: ${phones.map((pages) => `${pages}token/`).join(' ')}`);
  }
  output.line(
    firstPassword === undefined
      ? 'Administrator: admin, with the password set before.'
      : `Administrator: admin, first password ${output.style.strong(firstPassword)} (shown this once)`,
  );
  if (demo !== undefined) {
    output.line(`User ${demo.userName}: PIN ${demo.pin}, secret ${demo.secret}`);
    output.line('In another terminal:');
    // Behind this router there is no Internet: what connects is not to lose its own.
    output.line(
      `  smartvpn profile add demo --server ${addresses.here}:${router.port} --user-name ${demo.userName} --authentication motp --default-gateway no`,
    );
    output.line('  smartvpn otp            (asks for the secret and the PIN)');
    output.line('  smartvpn test demo      (asks for the code)');
  }
  output.note('Ctrl-C ends it.');
  if (opensBrowser && !(await openBrowser(addresses.pages))) {
    output.note('No browser can be opened here: go to the address above.');
  }
  const stopListening = router.syslog.subscribe((line) => {
    output.object({ event: 'syslog', line });
    output.line(printable(line));
  });
  await ended(context, interruption.signal);
  stopListening();
  await router.close();
  return exitCode('done');
}

/** False = there is no screen here. */
async function openBrowser(url: string): Promise<boolean> {
  const { browserStart, startBrowser, thisMachine } = await import('../ui/open-browser.ts');
  const start = browserStart(url, thisMachine());
  if (start !== undefined) startBrowser(start);
  return start !== undefined;
}

function ended(context: Context, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
    context.onOutputGone(resolve);
  });
}

/** The emulator rejects with what the system said: a port in use, no privilege for a port or a device. */
function notStarted(error: unknown): CommandFailure {
  const message = error instanceof Error ? error.message : String(error);
  const code = errorCode(error);
  // What the system says of files has their path; of ports and addresses it has none.
  if (error instanceof Error && 'path' in error) {
    return failure(
      'router-failed',
      `The state folder cannot be used: ${fileErrorText(error)} (${message}).`,
      'Name another one with --state, or keep nothing with --ephemeral.',
    );
  }
  switch (code) {
    case 'EADDRINUSE':
      return failure(
        'router-failed',
        'The port is in use.',
        'Choose another one with --port, or 0 for any free one.',
      );
    case 'EACCES':
      return failure(
        'router-failed',
        `Not permitted: ${message}.`,
        'Ports below 1024 need root; try --port 4443.',
      );
    case 'ENOTFOUND':
    case 'EADDRNOTAVAIL':
      return failure(
        'router-failed',
        'This machine has no such address to listen on.',
        'Give --listen one that "ip address" shows, without brackets and without a port (--port has that), or 0.0.0.0 for all.',
      );
    default:
      return failure('router-failed', `The router could not be started: ${message}`);
  }
}
