import type { Lan, LanPort, SecondStep } from '../../emulator/lan/lan.ts';

/** A dial-in session without a tunnel: packets sent to the client are kept. */
export class MemoryTunnel {
  readonly received: Uint8Array[] = [];
  readonly port: LanPort;
  readonly secondStep: SecondStep;
  /** What a packet to the client does besides being kept. */
  onPacket: (packet: Uint8Array) => void = () => {};
  /** False: the tunnel is full. */
  open = true;
  /** A packet was not taken. */
  onRefused: () => void = () => {};

  constructor(lan: Lan, address: string, options: { mtu?: number; secondStep?: SecondStep } = {}) {
    this.secondStep = options.secondStep ?? { due: () => false, ifno: 1, submit: () => false };
    this.port = lan.attach({
      address,
      mtu: options.mtu ?? 1442,
      secondStep: this.secondStep,
      send: (bytes, start, end) => {
        if (this.open) {
          const packet = new Uint8Array(bytes.subarray(start, end)); // slice() of a Buffer is no copy
          this.received.push(packet);
          this.onPacket(packet);
        } else {
          this.onRefused();
        }
        return this.open;
      },
    });
  }

  /** One packet from the client. */
  say(packet: Uint8Array): void {
    this.port.receive(packet, 0, packet.length);
  }

  /** The packets that came since the last call. */
  take(): Uint8Array[] {
    return this.received.splice(0);
  }
}
