import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Home, makeHome, runProgram } from '../../test/support/program.ts';

let home: Home;
beforeAll(async () => {
  home = await makeHome();
});
afterAll(() => home.remove());

async function printed(configuration: object, options: readonly string[] = []) {
  const path = join(home.folder, 'router.json');
  await writeFile(path, JSON.stringify(configuration));
  return runProgram(['router', '--print-config', '--config', path, ...options], { home });
}

describe('the state folder', () => {
  const usual = () => join(home.folder, 'state', 'smartvpn', 'router');
  const folder = '/srv/vigor';
  test.each([
    ['nothing: the program’s own', {}, [], usual],
    ['the configuration', { folder }, [], () => folder],
    ['--state, over the configuration', { folder }, ['--state', '/srv/other'], () => '/srv/other'],
    ['--ephemeral, over the configuration', { folder }, ['--ephemeral'], () => undefined],
  ])('by %s', async (_, configuration, options, expected) => {
    const { stdout } = await printed(configuration, options);
    const shown = z.object({ folder: z.string().optional() }).parse(JSON.parse(stdout));
    expect(shown.folder).toBe(expected());
  });
});

test('what cannot be joined with the options is said, not left out', async () => {
  const { code, stderr } = await printed({ listen: '0.0.0.0', users: {} }, ['--port', '0']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/listen: Invalid input: expected object.*\n +users: Invalid input: expected array/);
});
