import { access } from 'node:fs/promises';
import { assertNever } from '../../../shared/assert-never.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import { type CommandRunner, outcomeText } from '../command-runner.ts';
import type { DnsRecord } from '../journal.ts';
import { chooseDnsMethod, gatherDnsEvidence } from './dns-method.ts';
import { readResolvConf, restoreResolvConf, writeResolvConf } from './resolv-conf-file.ts';
import { type DnsSettings, tunnelResolvConf } from './resolv-conf-text.ts';

const SET_DEADLINE = 5_000;

/**
 * Gives the system the tunnel's DNS servers by whatever manages DNS here. `remember` is awaited before a change that does
 * not vanish with the device. The error is a detail for the log.
 */
export async function applyDns(
  interfaceName: string,
  settings: DnsSettings,
  run: CommandRunner,
  remember: (record: DnsRecord) => Promise<void>,
): Promise<Result<void, string>> {
  const method = chooseDnsMethod(await gatherDnsEvidence());
  switch (method) {
    case 'systemd-resolved':
      return applyToResolved(interfaceName, settings, run);
    case 'resolvconf':
      return applyByResolvconf(interfaceName, settings, run, remember);
    case 'resolv-conf-file':
      return applyToFile(interfaceName, settings, remember);
    default:
      return assertNever(method);
  }
}

/** What resolved knows of a link vanishes with the link. */
async function applyToResolved(
  interfaceName: string,
  { servers, searchDomains, scope }: DnsSettings,
  run: CommandRunner,
): Promise<Result<void, string>> {
  // "~." makes this link the best match for every name (resolved.conf(5), resolvectl(1)): no other link's servers are asked.
  const domains = scope === 'all' ? ['~.', ...searchDomains] : searchDomains;
  const everything = scope === 'all' || searchDomains.length === 0;
  const calls = [
    ['dns', interfaceName, ...servers],
    // One empty argument clears the list.
    ['domain', interfaceName, ...(domains.length > 0 ? domains : [''])],
    ['default-route', interfaceName, everything ? 'yes' : 'no'],
  ];
  for (const call of calls) {
    const outcome = await run('resolvectl', call, { deadline: SET_DEADLINE });
    if (outcome.kind !== 'exited' || outcome.code !== 0) return err(outcomeText('resolvectl', outcome));
  }
  return ok(undefined);
}

async function applyByResolvconf(
  interfaceName: string,
  settings: DnsSettings,
  run: CommandRunner,
  remember: (record: DnsRecord) => Promise<void>,
): Promise<Result<void, string>> {
  // Debian's resolvconf orders records by the patterns in this file, where `tun*` comes early; openresolv has -m and -x instead.
  const debian = await access('/etc/resolvconf/interface-order').then(
    () => true,
    () => false,
  );
  const record = debian ? `tun.${interfaceName}` : interfaceName;
  const exclusive = !debian && settings.scope === 'all' ? ['-x'] : [];
  const args = debian ? ['-a', record] : ['-m', '0', ...exclusive, '-a', record];
  await remember({ method: 'resolvconf', record });
  const input = tunnelResolvConf('', settings, interfaceName);
  const outcome = await run('resolvconf', args, { deadline: SET_DEADLINE, input });
  return outcome.kind === 'exited' && outcome.code === 0
    ? ok(undefined)
    : err(outcomeText('resolvconf', outcome));
}

async function applyToFile(
  interfaceName: string,
  settings: DnsSettings,
  remember: (record: DnsRecord) => Promise<void>,
): Promise<Result<void, string>> {
  try {
    const original = await readResolvConf();
    const written = tunnelResolvConf(original ?? '', settings, interfaceName);
    await remember({
      method: 'resolv-conf-file',
      written,
      ...(original === undefined ? {} : { original }),
    });
    await writeResolvConf(written);
    return ok(undefined);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}

/** `changed`: someone else has written resolv.conf meanwhile; theirs stays. The error is a detail for the log. */
export async function undoDns(
  record: DnsRecord,
  run: CommandRunner,
  deadline: number,
): Promise<Result<'restored' | 'unchanged' | 'changed', string>> {
  if (record.method === 'resolvconf') {
    const outcome = await run('resolvconf', ['-d', record.record], { deadline });
    const done = outcome.kind === 'exited' && outcome.code === 0;
    return done ? ok('restored') : err(outcomeText('resolvconf', outcome));
  }
  try {
    return ok(await restoreResolvConf(record.original, record.written));
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
