import { createSocket } from 'node:dgram';
import dnsPacket from 'dns-packet';

/** A name server on address argv[2] that knows no names (RFC 1035: RCODE 3), as the program of a host of its own. */
const [, , address = '127.0.0.1'] = process.argv;
const NAME_ERROR = 3;

const server = createSocket('udp4');
server.on('message', (message, { address: to, port }) => {
  const { id, questions } = dnsPacket.decode(message);
  const answer = dnsPacket.encode({
    type: 'response',
    id: id ?? 0,
    flags: NAME_ERROR,
    questions: questions ?? [],
  });
  server.send(answer, port, to);
});
server.bind(53, address, () => process.stdout.write('listening\n'));
