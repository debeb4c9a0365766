import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { namespacesPossible } from './support/namespace.ts';
import { type Home, type Outcome, keepProfile, makeHome, runProgram } from './support/program.ts';
import { programsHere } from './support/programs-here.ts';
import { RouterHost } from './support/router-host.ts';
import { prefixInside } from './support/three-hosts.ts';
import { ROUTER_ADDRESS, ROUTER_PORT, type Traffic, TwoUplinks } from './support/two-uplinks.ts';
import { TOKEN_USER, typedCode } from './support/typed-code.ts';

/** A connection in the background whose tunnel drops, and which needs a code that nobody is there to type. */

const NOTHING = { ipv4: 0, ipv6: 0, dns: 0 };
const isPossible = namespacesPossible() && programsHere('nft');

describe.skipIf(!isPossible)('left alone in the background', () => {
  let network: TwoUplinks;
  let router: RouterHost;
  let traffic: Traffic;
  let home: Home;

  beforeEach(async () => {
    network = await TwoUplinks.create('alone');
    traffic = await network.startTraffic();
    const { userName, ...motp } = TOKEN_USER;
    router = await RouterHost.start(
      {
        listen: { host: ROUTER_ADDRESS, port: ROUTER_PORT },
        tls: { certificate: { commonName: 'Vigor Router', names: [ROUTER_ADDRESS] } },
        users: [{ userName, motp }],
        lan: { kind: 'built-in' },
      },
      network.internet,
    );
    home = await makeHome();
  });
  afterEach(async () => {
    await smartvpn('disconnect');
    traffic.stop();
    await router.close();
    await network.remove();
    await home.remove();
  });

  function smartvpn(...words: string[]): Promise<Outcome> {
    return runProgram(words, { home, prefix: prefixInside(network.client) });
  }

  async function connect(blockWhenDown: boolean): Promise<Outcome> {
    await keepProfile(home, {
      name: 'head office',
      server: ROUTER_ADDRESS,
      authentication: 'motp',
      userName: TOKEN_USER.userName,
      advanced: { blockWhenDown },
      trustedCertificate: { publicKeySha256: router.publicKeySha256, trustedAt: '2026-01-01T00:00:00Z' },
    });
    const words = ['connect', 'head office', '--background', '--code-stdin'];
    const prefix = prefixInside(network.client);
    return runProgram(words, { home, prefix, input: `${typedCode()}\n` });
  }

  const rules = (): Promise<string> =>
    network.client.exec(['sh', '-c', 'ip rule; ip -6 rule; ip -br addr; cat /etc/resolv.conf']);

  test('with the kill switch: it waits, traffic stays blocked, and the status says so until it is ended', async () => {
    const before = await rules();
    const started = await connect(true);
    expect(started).toMatchObject({ code: 0, stderr: expect.stringContaining('traffic then stays blocked') });
    await traffic.flows();
    await network.wires.reset();
    await network.closeRouter();
    const status = async (): Promise<string> => (await smartvpn('status')).stdout;
    await expect.poll(status).toMatch(/^Because +.*needs a one-time password/m);
    expect(await status()).toMatch(/^Traffic +Traffic is blocked/m);
    expect(await status()).toMatch(
      /^To do +First run "smartvpn disconnect".*\n +Connect again with: smartvpn connect 'head office'\n +Codes are made/m,
    );
    const again = await smartvpn('connect', 'head office');
    expect(again.code).toBe(5);
    expect(again.stderr).toMatch(
      /^Failed: The connection to head office .* has lost its tunnel\. Traffic blocked\..*\n +First run "smartvpn disconnect"/,
    );
    // Also when the router is back.
    await network.openRouter();
    await traffic.flows(100);
    expect(await network.wires.read()).toEqual(NOTHING);
    expect((await smartvpn('disconnect')).code).toBe(0);
    expect(await rules()).toBe(before);
    expect(await smartvpn('status')).toMatchObject({ code: 6, stdout: 'Not connected.\n' });
  });

  test('a block that somebody took away is not waited for', async () => {
    await connect(true);
    await network.closeRouter();
    const status = (): Promise<Outcome> => smartvpn('status');
    await expect.poll(async () => (await status()).stdout).toContain('Traffic is blocked');
    await network.client.exec(['ip', 'link', 'del', 'svpn0']);
    await expect.poll(async () => (await status()).code).toBe(6);
    expect((await status()).stdout).toContain('Traffic is no longer blocked');
  });

  test('without it: it ends, and the status says why', async () => {
    const before = await rules();
    const started = await connect(false);
    expect(started).toMatchObject({ code: 0, stderr: expect.stringContaining('the connection then ends') });
    await network.closeRouter();
    await expect.poll(async () => (await smartvpn('status')).code).toBe(6);
    const { stdout } = await smartvpn('status');
    expect(stdout).toMatch(
      /The connection to head office in the background ended on \d{4}-\d\d-\d\d \d\d:\d\d\./,
    );
    expect(stdout).toMatch(/needs a one-time password[^]*Connect again with: smartvpn connect 'head office'/);
    const object: unknown = JSON.parse((await smartvpn('status', '--json')).stdout);
    expect(object).toMatchObject({ state: 'disconnected', failure: { reason: 'nobody-to-ask' } });
    expect(await rules()).toBe(before);
  });
});
