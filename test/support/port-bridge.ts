import { connect, createServer } from 'node:net';
import { joinSockets } from './joined-sockets.ts';

/** The far end of port-forward.ts: from the Unix socket argv[2] to port argv[3] of 127.0.0.1 where this runs. */
const [, , socketPath = '', port = '0'] = process.argv;

const server = createServer({ allowHalfOpen: true }, (near) => {
  joinSockets(near, connect({ host: '127.0.0.1', port: Number(port), allowHalfOpen: true }));
});
server.listen(socketPath, () => process.stdout.write('listening\n'));
