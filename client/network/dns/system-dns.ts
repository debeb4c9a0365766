import { access } from 'node:fs/promises';
import { assertNever } from '../../../shared/assert-never.ts';
import type { DnsUse } from '../../../shared/connection.ts';
import { type Result, err, ok } from '../../../shared/result.ts';
import { type CommandRunner, outcomeText } from '../command-runner.ts';
import type { DnsRecord } from '../journal.ts';
import { type DnsMethod, chooseDnsMethod, gatherDnsEvidence, namesLocalResolver } from './dns-method.ts';
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
): Promise<Result<DnsUse, string>> {
  const evidence = await gatherDnsEvidence();
  const method = chooseDnsMethod(evidence);
  switch (method) {
    case 'systemd-resolved':
      return applyToResolved(interfaceName, settings, run);
    case 'resolvconf':
      return applyByResolvconf(interfaceName, settings, run, remember, evidence.resolvConfText);
    case 'resolv-conf-file':
      if (!mayAskEverything(settings)) return ok('not-separable');
      return applyToFile(interfaceName, settings, remember);
    default:
      return assertNever(method);
  }
}

/** Whether some names can be looked up at one place and others elsewhere. */
export async function canAskApart(method: DnsMethod, resolvConfText: string): Promise<boolean> {
  switch (method) {
    case 'systemd-resolved':
      return true;
    case 'resolvconf':
      return !(await isDebianResolvconf()) && namesLocalResolver(resolvConfText);
    case 'resolv-conf-file':
      return false;
    default:
      return assertNever(method);
  }
}

/** It orders records by the patterns in this file, where `tun*` comes early; openresolv has options instead. */
function isDebianResolvconf(): Promise<boolean> {
  return access('/etc/resolvconf/interface-order').then(
    () => true,
    () => false,
  );
}

function mayAskEverything({ scope, isOwn }: DnsSettings): boolean {
  return scope === 'all' || isOwn;
}

/** What resolved knows of a link vanishes with the link. */
async function applyToResolved(
  interfaceName: string,
  { servers, searchDomains, scope }: DnsSettings,
  run: CommandRunner,
): Promise<Result<DnsUse, string>> {
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
  return ok(everything ? 'every-name' : 'search-domains');
}

async function applyByResolvconf(
  interfaceName: string,
  settings: DnsSettings,
  run: CommandRunner,
  remember: (record: DnsRecord) => Promise<void>,
  resolvConfText: string,
): Promise<Result<DnsUse, string>> {
  const debian = await isDebianResolvconf();
  const isPrivate =
    settings.scope === 'domains' &&
    settings.searchDomains.length > 0 &&
    (await canAskApart('resolvconf', resolvConfText));
  if (!isPrivate && !mayAskEverything(settings)) return ok('not-separable');
  const record = debian ? `tun.${interfaceName}` : interfaceName;
  // -p: asked for the record's domains alone. -x: nobody else is asked; a metric alone does not bring it to the front.
  const args = debian ? ['-a', record] : ['-m', '0', isPrivate ? '-p' : '-x', '-a', record];
  await remember({ method: 'resolvconf', record });
  const input = tunnelResolvConf('', settings, interfaceName);
  const outcome = await run('resolvconf', args, { deadline: SET_DEADLINE, input });
  return outcome.kind === 'exited' && outcome.code === 0
    ? ok(isPrivate ? 'search-domains' : 'every-name')
    : err(outcomeText('resolvconf', outcome));
}

async function applyToFile(
  interfaceName: string,
  settings: DnsSettings,
  remember: (record: DnsRecord) => Promise<void>,
): Promise<Result<DnsUse, string>> {
  try {
    const original = await readResolvConf();
    const written = tunnelResolvConf(original ?? '', settings, interfaceName);
    await remember({
      method: 'resolv-conf-file',
      written,
      ...(original === undefined ? {} : { original }),
    });
    await writeResolvConf(written);
    return ok('every-name');
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
