import { randomBytes } from 'node:crypto';
import type { TunnelLink } from '../../datapath/tunnel-link.ts';
import type { PppClient, PppClientEvent } from './ppp-client.ts';
import type { PppDriver } from './ppp-driver.ts';
import { TunnelPing } from './tunnel-ping.ts';

const PATIENCE_MILLISECONDS = 2000;

/** The round trip through the tunnel, on demand: ICMP echo to the router's inner address, LCP echo where it is silent. */
export class RoundTrip {
  readonly #ping: TunnelPing;
  readonly #ppp: PppClient;
  readonly #driver: PppDriver<PppClientEvent>;
  /** A router that once ignored the ping is not pinged again. */
  #usesLcp = false;
  #isClosed = false;
  #echo: { readonly sentAt: number; readonly settle: (milliseconds: number | undefined) => void } | undefined;

  constructor(
    addresses: { readonly address: string; readonly gateway: string },
    link: TunnelLink,
    ppp: PppClient,
    driver: PppDriver<PppClientEvent>,
  ) {
    this.#ppp = ppp;
    this.#driver = driver;
    this.#ping = new TunnelPing({
      ...addresses,
      send: (packet) => link.sendPacket(packet, 0, packet.length),
      now: () => performance.now(),
      random: (length) => randomBytes(length),
    });
  }

  async measure(): Promise<number | undefined> {
    if (this.#isClosed) return undefined;
    if (this.#usesLcp) return this.#lcpEcho();
    const milliseconds = await this.#ping.measure(PATIENCE_MILLISECONDS);
    if (milliseconds !== undefined || this.#isClosed) return milliseconds;
    const byLcp = await this.#lcpEcho();
    // Nothing at all: the line is slow, not the router silent.
    if (byLcp !== undefined) this.#usesLcp = true;
    return byLcp;
  }

  /** True: the packet was an answer to us, not for the device. */
  receive(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#ping.receive(bytes, start, end);
  }

  echoReplied(): void {
    this.#echo?.settle(performance.now() - this.#echo.sentAt);
  }

  /** What is under way ends as unanswered. */
  close(): void {
    this.#isClosed = true;
    this.#ping.close();
    this.#echo?.settle(undefined);
  }

  #lcpEcho(): Promise<number | undefined> {
    // One at a time: the replies are not told apart.
    if (this.#echo !== undefined) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#echo?.settle(undefined), PATIENCE_MILLISECONDS);
      this.#echo = {
        sentAt: performance.now(),
        settle: (milliseconds) => {
          clearTimeout(timer);
          this.#echo = undefined;
          resolve(milliseconds);
        },
      };
      this.#driver.carryOut(this.#ppp.echo());
    });
  }
}
