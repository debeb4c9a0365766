/**
 * The seam between tunnel sessions and what lies behind the router. A `Lan` is shared by all
 * sessions of one router; each session that has an address holds one `LanPort` of it.
 */

/** TOTP's second step of one session, as the router's own web server inside the tunnel needs it. */
export interface SecondStep {
  /** True while this session owes a code: until then it may reach the gateway address and nothing else. */
  due(): boolean;
  /** The interface number that the page's links carry (`vpnmfa.htm?ifno=<N>`). */
  readonly ifno: number;
  /** True = accepted (HTTP 200), false = rejected (HTTP 201). Replayed codes are rejected. */
  submit(otp: string): boolean;
}

/** What a LAN sees of a session. */
export interface LanSession {
  /** The client's address inside the tunnel. */
  readonly address: string;
  /** The largest IP packet that may be sent to the client, in bytes. */
  readonly mtu: number;
  readonly secondStep: SecondStep;
  /**
   * Sends one IP packet, `bytes[start, end)`, to the client; copied before it returns. False = no room
   * (or the session is gone): the packet was not taken; `LanPort.drained` tells when there is room again.
   */
  send(bytes: Uint8Array, start: number, end: number): boolean;
}

export interface LanPort {
  /**
   * One IP packet from the client; the bytes are valid during the call only. The session has already
   * dropped what is not for the gateway while its second step is due.
   */
  receive(bytes: Uint8Array, start: number, end: number): void;
  /** There is room again after `LanSession.send` said no. */
  drained(): void;
  /** The session is over: nothing may be sent to it any more. Idempotent. */
  detach(): void;
}

export interface Lan {
  attach(session: LanSession): LanPort;
  /** The session's IPv6, when it has any: `address` is of IPv6 then. Undefined: this LAN has none. */
  attachIpv6?(session: LanSession): LanPort | undefined;
  close(): Promise<void>;
}
