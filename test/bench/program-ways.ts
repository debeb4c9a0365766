import { z } from 'zod';
import { makeHome } from '../support/program.ts';
import type { Cleanup } from './cleanup.ts';
import { type ConnectWay, DELAY_MILLISECONDS } from './connect-way.ts';
import { startProxyProcess } from './delaying-proxy-host.ts';
import { ADDRESS, makeHosts } from './hosts.ts';
import { addBenchProfile, connectBenchProfile, startBenchRouter } from './peers/smartvpn.ts';
import { StageWatch } from './timed-session.ts';

const PROXY_PORT = 8443;
const eventSchema = z.object({ event: z.string(), stage: z.string().optional() });

/** The whole program in a namespace, from its start, with device and routes. */
export async function programWays(cleanup: Cleanup): Promise<ConnectWay[]> {
  const hosts = await makeHosts(cleanup);
  const router = await startBenchRouter(hosts);
  cleanup.add(() => router.close());
  const proxy = {
    listenHost: ADDRESS.router,
    listenPort: PROXY_PORT,
    targetHost: ADDRESS.router,
    targetPort: router.port,
    delay: DELAY_MILLISECONDS,
  };
  await startProxyProcess(proxy, cleanup, hosts.router);
  const home = await makeHome();
  cleanup.add(() => home.remove());
  const profiles = [
    ['direct', router.port],
    ['delayed', PROXY_PORT],
  ] as const;
  for (const [name, port] of profiles) {
    await addBenchProfile(home, name, port);
    // From then on the certificate is trusted, as with a person's second connection.
    const first = await connectBenchProfile(hosts, home, router, name);
    await first.stop('SIGINT');
  }
  return [
    {
      name: 'program: password, PAP, with device',
      startsCold: true,
      async connect(way) {
        const started = performance.now();
        const watch = new StageWatch(started, 'starting');
        const client = await connectBenchProfile(hosts, home, router, way, (text) => {
          // The program writes line by line, and each write arrives whole.
          for (const stage of stagesIn(text)) watch.enter(stage, performance.now());
        });
        const stages = watch.end(client.readyAt);
        await client.stop('SIGINT');
        return { milliseconds: client.readyAt - started, stages };
      },
    },
  ];
}

function stagesIn(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.includes('"stage"'))
    .flatMap((line) => eventSchema.parse(JSON.parse(line)).stage ?? []);
}
