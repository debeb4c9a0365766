import type { Namespace } from './namespace.ts';

/** Every TCP connection to the host's port is reset at both ends, and none is made, until `openPort`. The wires stay good. */
export async function closePort(host: Namespace, port: number): Promise<void> {
  const script = `
    table inet closed {
      chain in { type filter hook input priority 0; tcp dport ${port} reject with tcp reset; }
    }`;
  await host.exec(['nft', '-f', '-'], { input: script });
  await host.exec(['ss', '-K', `sport = :${port}`]);
}

export async function openPort(host: Namespace): Promise<void> {
  await host.exec(['nft', 'delete', 'table', 'inet', 'closed']);
}
