import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DEMO = fileURLToPath(new URL('demo.ts', import.meta.url));

test.each([
  [['--wrong'], "Unknown option '--wrong'"],
  [['extra'], "Unexpected argument 'extra'"],
  [['--ui', '--port', '70000'], "'70000' is no port"],
  [['--ui', '--port='], "'' is no port"],
])('the demo with %j: what is wrong, and how it is called', (words, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [DEMO, ...words], {
    encoding: 'utf8',
    // For a demo that has begun: it would go on until Ctrl-C.
    timeout: 60_000,
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(message);
  expect(stderr).toContain('Usage: npm run demo');
  expect(stderr).not.toContain('demo.ts');
});
