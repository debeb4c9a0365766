import { createServer } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileContent } from './file-content.ts';

/** A web server on the LAN behind the router: a file of argv[3] bytes on port 80 of address argv[2]. */
const [, , address = '127.0.0.1', size = '0'] = process.argv;

const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': size });
  // A client that goes away in the middle is its own affair.
  pipeline(Readable.from(fileContent(Number(size))), response).catch(() => {});
});
server.listen(80, address, () => process.stdout.write('listening\n'));
