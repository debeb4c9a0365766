import type { Command } from 'commander';
import { connectionFailure } from '../connection-failure.ts';
import type { Context, Run } from '../context.ts';
import { exitCode } from '../exit-codes.ts';
import { type NetworkDiagnosis, diagnoseNetwork } from '../../client/network/diagnosis.ts';
import type { NetworkManagerFacts } from '../../client/network/networkmanager/diagnose-network-manager.ts';
import { createSystemNetwork } from '../../client/network/system-network.ts';
import type { NetworkFailure } from '../../client/network/tunnel-network.ts';
import type { SecretWay } from '../../client/store/system-secrets.ts';
import { failureText } from '../../shared/failure-text.ts';
import { secretProblemText } from '../../shared/secret-text.ts';

const WAY_NAMES = { 'network-manager': 'NetworkManager', iproute2: 'ip (iproute2)' } as const;
const DNS_NAMES = {
  'systemd-resolved': 'systemd-resolved',
  resolvconf: 'resolvconf',
  'resolv-conf-file': '/etc/resolv.conf',
} as const;

export function defineDoctor(command: Command, run: Run): void {
  command
    .description(
      'Shows how this machine can have a tunnel and why, and puts right what a crash left behind. Exit code 30 when there is no way.',
    )
    .addHelpText('after', '\nExamples:\n  smartvpn doctor\n  smartvpn doctor --json | jq -r .way')
    .action(run(doctor));
}

async function doctor({ output, folders }: Context): Promise<number> {
  // First: what was left may be what stands in the way.
  const network = createSystemNetwork({ stateFolder: folders.state });
  for (const message of await network.recover()) {
    output.object({ event: 'mended', message });
    output.line(`Mended: ${message}`);
  }
  const diagnosis = await diagnoseNetwork(folders.state);
  // D-Bus is loaded when it is first needed.
  const { findSecretWay } = await import('../../client/store/system-secrets.ts');
  const secrets = await findSecretWay();
  output.object({ event: 'doctor', ...diagnosis, secrets });
  for (const [name, text] of diagnosisRows(diagnosis, secrets)) output.line(`${name.padEnd(16)}${text}`);
  // As `connect` would say it.
  const checked = await network.check();
  return checked.ok ? exitCode('done') : output.fail(connectionFailure(checked.error));
}

/** What is printed, a name and a text each. */
function diagnosisRows(diagnosis: NetworkDiagnosis, secrets: SecretWay): (readonly [string, string])[] {
  const { way, closed, networkManager, deviceFailure, dnsMethod, canSplitDns } = diagnosis;
  const byManager = way === 'network-manager' ? networkManager?.dnsMode : undefined;
  return [
    ['Tunnels by', way === undefined ? 'nothing: none of the ways is open' : WAY_NAMES[way]],
    ['NetworkManager', managerText(networkManager, closed['network-manager'])],
    ['ip (iproute2)', closed.iproute2 === undefined ? 'may be used' : closedText(closed.iproute2)],
    ['/dev/net/tun', deviceText(deviceFailure)],
    [
      'DNS',
      byManager === undefined ? `by ${DNS_NAMES[dnsMethod]}` : `by NetworkManager (its mode is ${byManager})`,
    ],
    [
      'Split tunnels',
      canSplitDns
        ? 'the router’s DNS servers can be asked for names of the search domains alone'
        : 'the router’s DNS servers are not asked: this system cannot ask for some names here and others there',
    ],
    ['Passwords', secrets.kind === 'keyring' ? 'kept in the keyring' : secretProblemText(secrets.because)],
  ];
}

function deviceText(failure: NetworkFailure | undefined): string {
  if (failure === undefined) return 'can be opened';
  return failure.kind === 'device-not-permitted' && failure.missing === 'privilege'
    ? 'may not be opened by this user'
    : failureText(failure).sentence;
}

function managerText(facts: NetworkManagerFacts | undefined, failure: NetworkFailure | undefined): string {
  if (facts === undefined) return 'does not run';
  const name = `version ${facts.version ?? 'unknown'}`;
  if (!facts.isOwn) return `${name}, but it manages another network than this program’s (a container’s?)`;
  if (!facts.isPermitted) return `${name}, but polkit does not let this user set up connections`;
  return failure === undefined ? `${name}, lets you set up tunnels` : `${name}. ${closedText(failure)}`;
}

function closedText(failure: NetworkFailure): string {
  if (failure.kind === 'network-setup-failed') return `cannot be used: ${failure.detail}`;
  return failure.missing === 'privilege' ? 'takes root or CAP_NET_ADMIN' : failureText(failure).sentence;
}
