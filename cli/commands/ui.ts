import { once } from 'node:events';
import type { Command } from 'commander';
import packageFile from '../../package.json' with { type: 'json' };
import { type CommandResult, fail } from '../command-failure.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { logLineText } from '../../client/log-text.ts';
import { parsePort } from '../option-values.ts';
import { printable } from '../output.ts';
import { openProfiles } from '../store-access.ts';
import { err, ok } from '../../shared/result.ts';

interface UiOptions {
  readonly port?: number;
  readonly open: boolean;
  readonly verbose?: true;
}

export function defineUi(command: Command, run: Run): void {
  command
    .description(
      'Shows the window in this machine’s browser, until Ctrl-C. Connecting needs root where NetworkManager does not make the device ("smartvpn doctor" tells); everything else does not.',
    )
    .option('--port <n>', 'the port of 127.0.0.1 to listen on; 0 for any free one (0)', parsePort)
    .option('--no-open', 'print the address, and open no browser')
    .addHelpText(
      'after',
      `
The address that is printed lets one window in, once; another one is printed
when it has been used. Nobody else on this machine or in the network can drive
the program.

Examples:
  smartvpn ui
  ssh -t -L 8443:127.0.0.1:8443 host sudo smartvpn ui --port 8443     its window in your browser here;
                       over ssh, NetworkManager lets nobody but root connect`,
    )
    .action(run(ui));
}

async function ui(context: Context, options: UiOptions): Promise<number> {
  const { output, interruption } = context;
  const opened = await openWindow(context, options);
  if (!opened.ok) return output.fail(opened.error);
  if (!interruption.signal.aborted) await once(interruption.signal, 'abort');
  await opened.value.close();
  return exitCode('done');
}

async function openWindow(
  context: Context,
  options: UiOptions,
): Promise<CommandResult<{ close(): Promise<void> }>> {
  const { output, folders } = context;
  // Loaded only now: what is wrong with the command line is said without all this machinery.
  const [{ loadPage }, { startBrowserService }, { startWindowServer }, { WindowTokens }, { trustedUsers }] =
    await Promise.all([
      import('../ui/page-files.ts'),
      import('../ui/browser-service.ts'),
      import('../ui/window-server.ts'),
      import('../ui/window-tokens.ts'),
      import('../ui/peer-user.ts'),
    ]);
  const files = await loadPage((text) => output.note(text));
  if (!files.ok) return files;
  const store = await openProfiles(context);
  const { service, serve, log } = await startBrowserService(store, folders, packageFile.version);
  if (options.verbose === true) {
    log.subscribe((line) => {
      const text = logLineText(line);
      output.object({ event: 'log', line: text });
      output.note(output.style.dim(printable(text)));
    });
  }
  const tokens = new WindowTokens();
  let { port = 0 } = options;
  const tellAddress = (text: string): void => {
    const url = `http://127.0.0.1:${port}/#token=${tokens.invitation}`;
    output.object({ event: 'address', url });
    output.line(`${text}\n  ${output.style.strong(url)}`);
  };
  try {
    const server = await startWindowServer({
      port,
      files: files.value,
      users: trustedUsers(process.geteuid?.(), process.env),
      service,
      serve,
      tokens,
      onInvitationUsed: () => tellAddress('For another window open'),
    });
    port = server.port;
    tellAddress('Smart VPN Client is at');
    output.note('Ctrl-C ends it.');
    if (options.open) await openBrowser(`http://127.0.0.1:${port}/#token=${tokens.invitation}`);
    void service.start();
    return ok({
      close: async () => {
        await Promise.all([server.close(), service.close()]);
      },
    });
  } catch (error) {
    await service.close();
    return err(portFailure(port, error));
  }
}

async function openBrowser(url: string): Promise<void> {
  const { browserStart, startBrowser, thisMachine } = await import('../ui/open-browser.ts');
  const start = browserStart(url, thisMachine());
  if (start !== undefined) startBrowser(start);
}

function portFailure(port: number, error: unknown) {
  const detail = error instanceof Error ? error.message : String(error);
  return fail(
    'usage',
    `Port ${port} of 127.0.0.1 cannot be had: ${detail}`,
    'Give another one with --port, or none.',
  ).error;
}
