import { createHash } from 'node:crypto';
import { get } from 'node:http';

/** Downloads argv[2] and prints `{"bytes","seconds","sha256"}`. */
const [, , url = ''] = process.argv;
const started = performance.now();
get(url, (response) => {
  const hash = createHash('sha256');
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    bytes += chunk.length;
  });
  response.on('end', () => {
    const seconds = (performance.now() - started) / 1000;
    process.stdout.write(`${JSON.stringify({ bytes, seconds, sha256: hash.digest('hex') })}\n`);
  });
}).on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
});
