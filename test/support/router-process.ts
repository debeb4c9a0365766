import { z } from 'zod';
import { loadRouterPages } from '../../cli/commands/router-pages.ts';
import type { RouterConfigInput } from '../../emulator/config.ts';
import { type FaultInput, faultSchema } from '../../emulator/faults.ts';
import { startRouter } from '../../emulator/router.ts';

/**
 * The router of demo and benchmark, a process of its own in its own namespace. The parent talks to it over Node's
 * IPC channel, where the user's password and secret do not show in a list of processes.
 */
const questionSchema = z.discriminatedUnion('ask', [
  z.object({ ask: z.literal('start'), config: z.record(z.string(), z.unknown()), pages: z.boolean() }),
  z.object({ ask: z.literal('connections') }),
  z.object({ ask: z.literal('drop'), vpn: z.number() }),
  z.object({ ask: z.literal('faults'), faults: z.array(faultSchema) }),
  z.object({ ask: z.literal('new-certificate') }),
  z.object({ ask: z.literal('close') }),
]);

/** `config` is checked by the router itself. `pages`: with its web interface, which is built first where it must be. */
export type RouterQuestion =
  | { ask: 'start'; config: RouterConfigInput; pages: boolean }
  | { ask: 'connections' }
  | { ask: 'drop'; vpn: number }
  | { ask: 'faults'; faults: readonly FaultInput[] }
  | { ask: 'new-certificate' }
  | { ask: 'close' };

let router: Awaited<ReturnType<typeof startRouter>> | undefined;

async function answer(question: z.infer<typeof questionSchema>): Promise<unknown> {
  switch (question.ask) {
    case 'start': {
      const say = (text: string): void => void process.stderr.write(`${text}\n`);
      const web = question.pages ? await loadRouterPages(undefined, { note: say, warn: say }) : undefined;
      router = await startRouter(question.config, web === undefined ? {} : { pages: web.pages });
      return { port: router.port, ...router.certificate, firstPassword: web?.firstPassword };
    }
    case 'connections':
      return { rows: router?.connections() ?? [], syslog: router?.syslog.lines() ?? [] };
    case 'drop':
      return { dropped: router?.drop(question.vpn) ?? false };
    case 'faults':
      await router?.setFaults(question.faults);
      return {};
    case 'new-certificate':
      await router?.regenerateCertificate();
      return { port: router?.port, ...router?.certificate };
    case 'close':
      await router?.close();
      setImmediate(() => process.disconnect());
      return {};
  }
}

// Also when the parent was killed: nobody else would end this process.
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  void answer(questionSchema.parse(message)).then(
    (value) => process.send?.(value),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
