import { Segmenter } from './segmentation.ts';
import { allocateSummable } from './summable-bytes.ts';
import type { TunDevice } from './tun-device.ts';
import { VIRTIO_HEADER_LENGTH, clearVirtioHeader } from './virtio-header.ts';

/** So that the packet behind the virtio header is aligned to 4. */
const HEADER_AT = 2;
const PACKET_AT = HEADER_AT + VIRTIO_HEADER_LENGTH;
const BUFFER_LENGTH = PACKET_AT + 65_536;

/** Reads a device packet by packet, whether it hands out superpackets or not. */
export class TunReader {
  /** What was read, from `start` to `end`: a packet or, before `cut`, a superpacket. */
  readonly bytes: Uint8Array = allocateSummable(BUFFER_LENGTH);
  readonly start = PACKET_AT;
  end = PACKET_AT;
  /** The packets of what was read. */
  readonly packets = new Segmenter();
  readonly #tun: TunDevice;
  readonly #at: number;

  constructor(tun: TunDevice) {
    this.#tun = tun;
    this.#at = tun.offload === undefined ? PACKET_AT : HEADER_AT;
    clearVirtioHeader(this.bytes, HEADER_AT);
  }

  /** False = nothing there, or the device is gone. */
  read(): boolean {
    const length = this.#tun.read(this.bytes, this.#at, BUFFER_LENGTH - this.#at);
    this.end = this.#at + length;
    return length > 0;
  }

  /** Makes `packets` ready. TCP superpackets give packets of at most `mtu` bytes. False = nothing that could be sent. */
  cut(mtu: number): boolean {
    return this.packets.load(this.bytes, HEADER_AT, this.end, mtu);
  }
}
