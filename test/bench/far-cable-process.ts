import { z } from 'zod';
import { openTunDevice } from '../../datapath/open-tun-device.ts';
import type { TunDevice } from '../../datapath/tun-device.ts';
import { PACKET_AT } from '../../datapath/virtio-header.ts';
import { PacketLine, type PacketLineOptions } from './packet-line.ts';

/**
 * A long cable: two devices of which each gets what enters the other, later. A process of its own; it makes the devices
 * in the namespace that it runs in, from where they may be moved. argv[2]: as JSON, see the schema.
 */
const optionsSchema = z.object({
  ends: z.tuple([z.string(), z.string()]),
  line: z.object({
    delay: z.number(),
    megabitsPerSecond: z.number(),
    buffer: z.number(),
    oneLostIn: z.number(),
  }),
});
/** So many packets are read in one go, so that the other direction gets its turn. */
const AT_ONCE = 64;

const { ends, line } = optionsSchema.parse(JSON.parse(process.argv[2] ?? ''));
const [one, other] = [open(ends[0]), open(ends[1])];
carry(one, other, line);
carry(other, one, line);
process.stdout.write('ready\n');

function open(name: string): TunDevice {
  const device = openTunDevice(name, { mustBeNew: true, offload: 'none' });
  if (!device.ok) throw new Error(`${name}: ${device.error.kind}`);
  return device.value;
}

function carry(from: TunDevice, to: TunDevice, options: PacketLineOptions): void {
  const wire = new PacketLine(options);
  const give = (source: Uint8Array, start: number, end: number): void => void to.write(source, start, end);
  let timer: NodeJS.Timeout | undefined;
  const hand = (): void => {
    timer = undefined;
    wire.leave(performance.now(), give);
    wait();
  };
  const wait = (): void => {
    const due = wire.nextDue;
    if (due !== undefined) timer ??= setTimeout(hand, due - performance.now());
  };
  from.onReadable(() => {
    const now = performance.now();
    for (let count = 0; count < AT_ONCE; count += 1) {
      const end = from.read();
      if (end <= 0) break;
      wire.enter(from.readBuffer, PACKET_AT, end, now);
    }
    wait();
  });
}
