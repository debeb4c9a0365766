import { Segmenter } from './segmentation.ts';
import type { TunDevice } from './tun-device.ts';
import { HEADER_AT, PACKET_AT } from './virtio-header.ts';

/** Reads a device packet by packet, whether it hands out superpackets or not. */
export class TunReader {
  /** What was read, from `start` to `end`: a packet or, before `cut`, a superpacket. */
  readonly bytes: Uint8Array;
  readonly start = PACKET_AT;
  end = PACKET_AT;
  /** The packets of what was read. */
  readonly packets = new Segmenter();
  readonly #tun: TunDevice;

  constructor(tun: TunDevice) {
    this.#tun = tun;
    this.bytes = tun.readBuffer;
  }

  /** False = nothing there, or the device is gone. */
  read(): boolean {
    this.end = this.#tun.read();
    return this.end > 0;
  }

  /** Makes `packets` ready. TCP superpackets give packets of at most `mtu` bytes. False = nothing that could be sent. */
  cut(mtu: number): boolean {
    return this.packets.load(this.bytes, HEADER_AT, this.end, mtu);
  }
}
