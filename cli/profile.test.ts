import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LARGEST_PROFILE_FILE } from '../shared/profile-file.ts';
import { type Home, type Outcome, makeHome, runProgram, startOnTerminal } from '../test/support/program.ts';

let home: Home;
beforeEach(async () => {
  home = await makeHome();
});
afterEach(() => home.remove());

function smartvpn(...words: string[]): Promise<Outcome> {
  return runProgram(words, { home });
}

async function profiles(): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await smartvpn('profile', 'list', '--json');
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).profile);
}

const OFFICE = ['profile', 'add', 'office', '--server', 'vpn.example.com', '--user-name', 'anna'];

describe('smartvpn profile', () => {
  test('a profile’s life: add, list, show, edit, remove', async () => {
    expect(await smartvpn(...OFFICE, '--authentication', 'motp')).toEqual({
      code: 0,
      stdout: 'Added office.\n',
      stderr: '',
    });
    expect((await smartvpn('profile', 'list')).stdout).toBe('office  anna@vpn.example.com:443  ssl, motp\n');
    expect((await smartvpn('profile', 'show', 'OFFICE')).stdout).toContain('Mobile One-Time (mOTP)');
    const edited = await smartvpn(
      'profile',
      'edit',
      'office',
      '--port',
      '8443',
      '--default-gateway',
      'no',
      '--route',
      '10.1.2.3/16',
      '--route',
      '10.9.0.0/24',
      '--name',
      'work',
    );
    expect(edited).toMatchObject({ code: 0, stdout: 'Changed work.\n' });
    expect(await profiles()).toMatchObject([
      {
        name: 'work',
        port: 8443,
        userName: 'anna',
        advanced: { useDefaultGateway: false, routes: ['10.1.0.0/16', '10.9.0.0/24'] },
      },
    ]);
    await smartvpn('profile', 'edit', 'work', '--route', 'none');
    expect(await profiles()).toMatchObject([{ advanced: { routes: [] } }]);
    expect(await smartvpn('profile', 'remove', 'work', '--yes')).toMatchObject({ code: 0 });
    expect(await profiles()).toEqual([]);
  });

  test('values that cannot be are all named at once, and nothing is saved', async () => {
    const { code, stderr } = await smartvpn(
      'profile',
      'add',
      'x',
      '--server',
      'a b',
      '--port',
      '70000',
      '--mru',
      'big',
      '--reconnect',
      'maybe',
    );
    expect(code).toBe(2);
    for (const option of ['--server', '--port', '--mru', '--reconnect'])
      expect(stderr).toContain(`${option}: `);
    expect(await readdir(home.folder)).toEqual([]);
  });

  test('a name is taken once, whatever its letter case', async () => {
    await smartvpn(...OFFICE);
    const { code, stderr } = await smartvpn('profile', 'add', 'Office', '--server', 'b.example');
    expect(code).toBe(2);
    expect(stderr).toContain('already a profile');
    expect(await profiles()).toHaveLength(1);
  });

  test('an unknown profile: which ones there are', async () => {
    await smartvpn(...OFFICE);
    const { code, stderr } = await smartvpn('connect', 'ofice');
    expect(code).toBe(3);
    expect(stderr).toContain('There is: office');
    const many = Array.from({ length: 12 }, (_, i) => ({ name: `Branch ${i}`, server: 'vpn.example.com' }));
    const file = { format: 'smart-vpn-profiles', version: 1, profiles: many };
    await runProgram(['profile', 'import', '-'], { home, input: JSON.stringify(file) });
    expect((await smartvpn('connect', 'ofice')).stderr).toMatch(/There are: office, Branch 0.* and 3 more\n/);
  });

  test.skipIf(process.geteuid?.() !== 0)('under sudo: whose profiles these are', async () => {
    const connect = (environment: NodeJS.ProcessEnv): Promise<Outcome> =>
      runProgram(['connect', 'office'], { home, environment: { SUDO_USER: 'anna', ...environment } });
    const { code, stderr } = await connect({ HOME: userInfo().homedir });
    expect(code).toBe(3);
    expect(stderr).toMatch(/root’s profiles.* anna: sudo --preserve-env=HOME/);
    expect((await connect({})).stderr).not.toContain('root’s');
  });

  test('an IPv6 address is listed as it can be typed again', async () => {
    await smartvpn('profile', 'add', 'six', '--server', '[2001:db8::1]:8443');
    expect((await smartvpn('profile', 'list')).stdout).toContain(' [2001:db8::1]:8443 ');
  });

  test('removing asks, and keeps the profile after anything but yes', async () => {
    await smartvpn(...OFFICE);
    expect(await smartvpn('profile', 'remove', 'office')).toMatchObject({ code: 7 });
    const running = startOnTerminal(['profile', 'remove', 'office'], home);
    await running.sees(/Remove office \(vpn\.example\.com\)\? \(yes\/no\) $/);
    running.type('no\r');
    expect((await running.ended).code).toBe(8);
    const interrupted = startOnTerminal(['profile', 'remove', 'office'], home);
    await interrupted.sees(/\(yes\/no\) $/);
    interrupted.type('\u0003');
    expect((await interrupted.ended).code).toBe(130);
    expect(await profiles()).toHaveLength(1);
    const agreeing = startOnTerminal(['profile', 'remove', 'office'], home);
    await agreeing.sees(/\(yes\/no\) $/);
    agreeing.type('yes\r');
    expect((await agreeing.ended).code).toBe(0);
    expect(await profiles()).toEqual([]);
  });

  test('SIGHUP at the question is no answer', async () => {
    await smartvpn(...OFFICE);
    const prefix = ['sh', '-c', 'echo "process $$;"; exec "$0" "$@"'];
    const running = startOnTerminal(['profile', 'remove', 'office'], home, {}, prefix);
    const [, pid] = await running.sees(/process (\d+);/);
    await running.sees(/\(yes\/no\) $/);
    process.kill(Number(pid), 'SIGHUP');
    expect((await running.ended).code).toBe(129);
  });

  test('an internationalised server name is kept as it was typed', async () => {
    const added = await smartvpn('profile', 'add', 'münchen', '--server', 'vpn.münchen.de:8443');
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect((await smartvpn('profile', 'list')).stdout).toContain(' vpn.münchen.de:8443 ');
    const shown = (await smartvpn('profile', 'show', 'münchen')).stdout;
    expect(shown).toContain('vpn.münchen.de (vpn.xn--mnchen-3ya.de)');
  });

  test('export and import carry everything but ids, and say what had to be renamed', async () => {
    await smartvpn(...OFFICE, '--route', '10.0.0.0/8', '--minimum-tls', '1.3');
    const file = join(home.folder, 'out.json');
    expect(await smartvpn('profile', 'export', '--output', file)).toMatchObject({ code: 0 });
    const other = join(home.folder, 'other.json');
    const written = await smartvpn('profile', 'export', '--output', other, '--json');
    expect(JSON.parse(written.stdout)).toEqual({ event: 'exported', file: other });
    const again = await smartvpn('profile', 'export', '--output', file);
    expect(again).toMatchObject({ code: 9, stderr: expect.stringContaining('Give another name') });
    const nowhere = join(home.folder, 'nowhere', 'out.json');
    expect(await smartvpn('profile', 'export', '--output', nowhere)).toMatchObject({
      code: 9,
      stderr: expect.stringContaining('there is no such file or folder'),
    });
    const twice = await smartvpn('profile', 'export', 'office', 'OFFICE');
    expect(JSON.parse(twice.stdout).profiles).toHaveLength(1);
    const imported = await smartvpn('profile', 'import', file);
    expect(imported).toMatchObject({ code: 0, stdout: 'Added office (2).\n' });
    const [first, second] = await profiles();
    expect(second).toEqual({ ...first, id: second?.['id'], name: 'office (2)' });
    expect(second?.['id']).not.toBe(first?.['id']);
    const piped = await runProgram(['profile', 'import', '-', '--name', 'third'], {
      home,
      input: await readFile(file, 'utf8'),
    });
    expect(piped).toMatchObject({ code: 0, stdout: 'Added third.\n' });
  });

  test('from standard input as much as from a file, and no more', async () => {
    const content =
      '{"format":"smart-vpn-profiles","version":1,"profiles":[{"name":"x","server":"vpn.example.com"}]}';
    const padded = (length: number): string => content.padEnd(length, ' ');
    const importing = (input: string) => runProgram(['profile', 'import', '-'], { home, input });
    expect(await importing(padded(5_000_000))).toMatchObject({ code: 0, stdout: 'Added x.\n' });
    const refused = await importing(padded(LARGEST_PROFILE_FILE + 1));
    expect(refused).toMatchObject({ code: 9, stderr: expect.stringContaining('too large') });
  });

  test.each([
    ['hello', 'not a file of exported profiles'],
    ['{"format":"smart-vpn-profiles","version":99,"profiles":[]}', 'newer version'],
    ['{"format":"smart-vpn-profiles","version":1,"profiles":[{"name":"x","server":"!"}]}', 'server'],
  ])('a file that is none: %s', async (content, words) => {
    const file = join(home.folder, 'in.json');
    await writeFile(file, content);
    const { code, stderr } = await smartvpn('profile', 'import', file);
    expect(code).toBe(9);
    // A sentence, and what to do.
    expect(stderr.split('\n')).toEqual([
      expect.stringContaining(words),
      expect.stringMatching(/^ {2}\S/),
      '',
    ]);
  });

  test('a damaged store is set aside, said aloud, and not taken for an empty one', async () => {
    await smartvpn(...OFFICE);
    const folder = join(home.folder, 'config', 'smartvpn');
    const path = join(folder, 'profiles.json');
    await writeFile(path, '{"version":1,"profiles":[{"na');
    const { code, stderr } = await smartvpn('profile', 'show', 'office');
    expect(code).toBe(4);
    expect(stderr).toContain('damaged');
    const kept = (await readdir(folder)).filter((name) => name.startsWith('profiles'));
    const contents = await Promise.all(kept.map((name) => readFile(join(folder, name), 'utf8')));
    expect(contents).toContain('{"version":1,"profiles":[{"na');
  });

  test('profiles are for their owner’s eyes', async () => {
    await smartvpn(...OFFICE);
    const folder = join(home.folder, 'config', 'smartvpn');
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'profiles.json'))).mode & 0o777).toBe(0o600);
  });

  test('a full disk: nothing is saved, and nothing that was saved is lost', async ({ skip }) => {
    await smartvpn(...OFFICE);
    // a file system of one page, in a mount namespace of its own, with the store on it
    const script = `
      mount -t tmpfs -o size=64k,mode=0700 full "$XDG_CONFIG_HOME/../full" &&
      cp -a "$XDG_CONFIG_HOME/smartvpn" "$XDG_CONFIG_HOME/../full/" &&
      { dd if=/dev/zero of="$XDG_CONFIG_HOME/../full/filler" 2>/dev/null; } ;
      export XDG_CONFIG_HOME="$XDG_CONFIG_HOME/../full" || exit 99
      "$0" profile edit office --port 8443; echo "edit: $?"
      "$0" profile list; echo "list: $?"`;
    await mkdir(join(home.folder, 'full'));
    const { stdout, stderr } = await runProgram([], { home, prefix: ['unshare', '-rm', 'sh', '-c', script] });
    if (/unshare|mount:/.test(stderr)) skip(`mount namespaces are not allowed here: ${stderr}`);
    expect(stderr).toContain('the disk is full');
    expect(stdout).toBe('edit: 4\noffice  anna@vpn.example.com:443  ssl, password\nlist: 0\n');
  });
});
