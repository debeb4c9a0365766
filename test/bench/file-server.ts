import { createHash } from 'node:crypto';
import { type Socket, createServer } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { z } from 'zod';
import { FileStream } from './file-stream.ts';

/**
 * Runs in the LAN: `node file-server.ts ADDRESS PORT`. A connection begins with a line of JSON. For `get` a file comes,
 * for `put` one is read; at the end, on standard output, its SHA-256.
 */
const requestSchema = z.object({ do: z.enum(['get', 'put']), seed: z.string(), bytes: z.number() });

const [address, port] = process.argv.slice(2);
createServer({ allowHalfOpen: true }, (socket) => void serve(socket))
  .listen(Number(port), address)
  .once('listening', () => process.stdout.write('listening\n'));

async function serve(socket: Socket): Promise<void> {
  const hash = createHash('sha256');
  let bytes = 0;
  try {
    const { request, rest } = await readRequest(socket);
    if (request.do === 'get') {
      const file = new FileStream(request.seed, request.bytes);
      await pipeline(Readable.from(chunksOf(file)), socket);
      tell(request.seed, file.digest(), request.bytes);
      return;
    }
    take(rest);
    socket.on('data', take);
    await new Promise((resolve) => socket.once('end', resolve));
    socket.end();
    tell(request.seed, hash.digest('hex'), bytes);
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ error: String(error) })}\n`);
  }

  function take(chunk: Buffer): void {
    hash.update(chunk);
    bytes += chunk.length;
  }
}

function* chunksOf(file: FileStream): Generator<Buffer> {
  for (let chunk = file.next(); chunk !== undefined; chunk = file.next()) yield chunk;
}

function readRequest(socket: Socket): Promise<{ request: z.infer<typeof requestSchema>; rest: Buffer }> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.once('data', (chunk: Buffer) => {
      const end = chunk.indexOf('\n');
      resolve({
        request: requestSchema.parse(JSON.parse(chunk.subarray(0, end).toString())),
        rest: chunk.subarray(end + 1),
      });
    });
  });
}

function tell(seed: string, sha256: string, bytes: number): void {
  process.stdout.write(`${JSON.stringify({ seed, sha256, bytes })}\n`);
}
