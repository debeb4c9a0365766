import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { FileStream } from './file-stream.ts';

/** Runs at the client: `node file-client.ts ADDRESS PORT get|put SEED BYTES`; prints what it got or sent as JSON. */
const [address = '', port, what, seed = '', length] = process.argv.slice(2);
const socket = connect(Number(port), address);
await once(socket, 'connect');
socket.write(`${JSON.stringify({ do: what, seed, bytes: Number(length) })}\n`);
const started = performance.now();
const hash = createHash('sha256');
let bytes = 0;
socket.on('data', (chunk: Buffer) => {
  hash.update(chunk);
  bytes += chunk.length;
});
let sha256: string;
if (what === 'put') {
  const file = new FileStream(seed, Number(length));
  for (let chunk = file.next(); chunk !== undefined; chunk = file.next()) {
    if (!socket.write(chunk)) await once(socket, 'drain');
    bytes += chunk.length;
  }
  sha256 = file.digest();
  socket.end();
  await once(socket, 'close');
} else {
  await once(socket, 'end');
  sha256 = hash.digest('hex');
  socket.end();
}
const seconds = (performance.now() - started) / 1000;
process.stdout.write(JSON.stringify({ sha256, bytes, seconds }));
