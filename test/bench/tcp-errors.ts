import type { Namespace } from '../support/namespace.ts';

/** TCP segments so far that this host threw away for their checksum (/proc/net/snmp, Tcp InCsumErrors). */
export async function checksumErrors(host: Namespace): Promise<number> {
  return parseChecksumErrors(await host.exec(['cat', '/proc/net/snmp']));
}

/** Two lines for each protocol: names, then numbers. */
export function parseChecksumErrors(text: string): number {
  const [names, values] = text.split('\n').filter((line) => line.startsWith('Tcp: '));
  const place = names?.split(' ').indexOf('InCsumErrors') ?? -1;
  return Number(values?.split(' ')[place] ?? Number.NaN);
}
