import { assertNever } from '../../shared/assert-never.ts';
import { isHostAddress, parseIpv4Address } from '../../shared/ip/ipv4-address.ts';
import { ControlCode } from '../../shared/protocol/control-packet.ts';
import type { Finish } from '../../shared/protocol/control-protocol.ts';
import { Ipv6cpNegotiation } from '../../shared/protocol/ipv6cp.ts';
import { IPV6_LEAST_MTU } from '../../shared/ip/ipv6.ts';
import { LcpNegotiation, encodeMagic, readNumber } from '../../shared/protocol/lcp.ts';
import type { Refusal } from '../../shared/protocol/ms-chap.ts';
import type {
  PppAuthentication,
  PppEffect,
  PppEndpoint,
  PppTimer,
} from '../../shared/protocol/ppp-endpoint.ts';
import { PppLink, type PppLinkRole } from '../../shared/protocol/ppp-link.ts';
import { type ProtocolError, protocolError } from '../../shared/protocol/protocol-error.ts';
import { IpcpClientNegotiation, type NoAddressReason } from './ipcp-client.ts';
import { PppSignIn } from './ppp-sign-in.ts';

export interface PppClientOptions {
  readonly userName: string;
  readonly password: string;
  /** A one-time code: once it has been accepted, no further sign-in gets it. */
  readonly isOneTimePassword?: boolean;
  /** Offered to the router, in bytes: the largest IP packet we take. */
  readonly mru: number;
  /** A static address to ask for; undefined takes what the router gives. */
  readonly address: string | undefined;
  /** LCP's magic number: 32 random bits, not zero. */
  readonly magic: number;
  /** Cryptographically random bytes. */
  readonly random: (length: number) => Uint8Array;
  /** `primary` asks for the first server only, as DrayTek's mobile client does. */
  readonly requestDns: boolean | 'primary';
  /** Ask for a netmask by a vendor's use of IPCP option 1. Off: one that the router offers is still taken. */
  readonly requestNetmask?: boolean;
}

export type PppClientPhase = 'establish' | 'authenticate' | 'network';

export type PppClientFailure =
  | { readonly kind: 'credentials-refused'; readonly refusal: Refusal; readonly message: string }
  | { readonly kind: 'no-address'; readonly reason: NoAddressReason }
  | ProtocolError
  | { readonly kind: 'no-answer'; readonly phase: PppClientPhase }
  /** The router asks for another sign-in, which the one-time password is not good for. */
  | { readonly kind: 'code-spent' };

export type PppClientEvent =
  /** Comes again, from `establish` or `network` on, when the router negotiates anew. */
  | { readonly kind: 'phase'; readonly phase: PppClientPhase }
  | {
      readonly kind: 'opened';
      readonly address: string;
      readonly gateway: string;
      readonly netmask: string | undefined;
      readonly dns: string[];
      /** The smaller of both MRUs. */
      readonly mtu: number;
      readonly authentication: PppAuthentication;
    }
  /** The link takes IPv6 packets; `identifier` is our interface identifier, 8 bytes. */
  | { readonly kind: 'ipv6-up'; readonly identifier: Uint8Array }
  | { readonly kind: 'ipv6-down' }
  | { readonly kind: 'failed'; readonly failure: PppClientFailure }
  | { readonly kind: 'echo-reply'; readonly identifier: number }
  /** The peer sent a Terminate-Request, or ours was acknowledged or remained unanswered. */
  | { readonly kind: 'closed' };

export type PppClient = PppEndpoint<PppClientEvent> & {
  /** The router has begun to negotiate IPv6, and that has not failed. */
  readonly isIpv6Offered: boolean;
  /** An LCP Echo-Request, its identifier in the packet's second byte; nothing while LCP is not opened. */
  echo(): readonly PppEffect<PppClientEvent>[];
};

/** What we sign in with when asked, the best first. */
const ACCEPTED: readonly PppAuthentication[] = ['MS-CHAPv2', 'CHAP', 'MS-CHAP', 'PAP'];

export function createPppClient(options: PppClientOptions): PppClient {
  return new Client(options);
}

class Client implements PppClient {
  readonly #link: PppLink<PppClientEvent>;
  readonly #lcp: LcpNegotiation;
  readonly #ipcp: IpcpClientNegotiation;
  readonly #ipv6cp: Ipv6cpNegotiation;
  readonly #signIn: PppSignIn;
  readonly #isOneTimePassword: boolean;
  #isSignedIn = false;

  constructor(options: PppClientOptions) {
    this.#isOneTimePassword = options.isOneTimePassword ?? false;
    this.#lcp = new LcpNegotiation({
      mru: options.mru,
      magic: options.magic,
      demand: [],
      accept: ACCEPTED,
      newMagic: () => readNumber(options.random(4)),
    });
    this.#ipcp = new IpcpClientNegotiation({
      address: options.address,
      requestDns: options.requestDns,
      requestNetmask: options.requestNetmask ?? false,
    });
    this.#ipv6cp = new Ipv6cpNegotiation({ random: options.random });
    const negotiations = { lcp: this.#lcp, ipcp: this.#ipcp, ipv6cp: this.#ipv6cp };
    const link = new PppLink<PppClientEvent>(negotiations, this.#role());
    this.#link = link;
    this.#signIn = new PppSignIn(options, {
      send: (protocol, information) => link.send(protocol, information),
      startTimer: (milliseconds) => link.startTimer('authentication', milliseconds),
      stopTimer: () => link.stopTimer('authentication'),
      succeeded: () => {
        this.#isSignedIn = true;
        this.#enterNetwork();
      },
      refused: (refusal, message) => this.#fail({ kind: 'credentials-refused', refusal, message }),
      mismatch: (error) => this.#fail(error),
      noAnswer: () => this.#failSilent('authenticate'),
      malformed: (error) => link.noteMalformed(error),
    });
  }

  get isIpv6Offered(): boolean {
    return ['req-sent', 'ack-rcvd', 'ack-sent', 'opened'].includes(this.#link.ipv6cp.state);
  }

  start(): readonly PppEffect<PppClientEvent>[] {
    return this.#link.collect(() => {
      if (this.#link.over || this.#link.phase !== 'dead') return;
      this.#enter('establish');
      this.#link.lcp.start();
    });
  }

  receive(protocol: number, information: Uint8Array): readonly PppEffect<PppClientEvent>[] {
    return this.#link.collect(() => this.#link.receive(protocol, information));
  }

  timeout(timer: PppTimer): readonly PppEffect<PppClientEvent>[] {
    return this.#link.collect(() => this.#link.timeout(timer, this.#signIn));
  }

  close(): readonly PppEffect<PppClientEvent>[] {
    return this.#link.collect(() => this.#link.close());
  }

  echo(): readonly PppEffect<PppClientEvent>[] {
    return this.#link.collect(() => {
      if (this.#link.lcp.state !== 'opened') return;
      this.#link.lcp.sendOwn(ControlCode.echoRequest, encodeMagic(this.#lcp.magic).data);
    });
  }

  #role(): PppLinkRole {
    return {
      lcpUp: () => this.#enterAuthenticate(),
      lcpDown: () => {
        this.#ipcp.reset();
        this.#ipv6cp.reset();
        this.#enter('establish');
      },
      lcpFinished: (why) => this.#lcpFinished(why),
      ipcpUp: () => this.#opened(),
      ipcpDown: () => this.#enter('network'),
      ipcpFinished: (why) => this.#ipcpFinished(why),
      ipv6Up: () => this.#link.event({ kind: 'ipv6-up', identifier: this.#ipv6cp.identifier }),
      ipv6Down: () => this.#link.event({ kind: 'ipv6-down' }),
      closed: () => this.#link.event({ kind: 'closed' }),
      authentication: (protocol, information) => this.#signIn.receive(protocol, information),
      earlyIpcp: () => false,
      protocolRejected: (protocol) =>
        this.#fail(
          protocolError('protocol-rejected', `The router rejects protocol 0x${protocol.toString(16)}.`),
        ),
      echoReplied: (identifier) => this.#link.event({ kind: 'echo-reply', identifier }),
    };
  }

  #enter(phase: PppClientPhase): void {
    this.#link.phase = phase;
    this.#link.event({ kind: 'phase', phase });
  }

  #enterAuthenticate(): void {
    this.#enter('authenticate');
    const mode = this.#lcp.accepted;
    // A router that checks the password at CONNECT may not ask again.
    if (mode === undefined) this.#enterNetwork();
    else if (this.#isSignedIn && this.#isOneTimePassword) this.#fail({ kind: 'code-spent' });
    else this.#signIn.begin(mode);
  }

  #enterNetwork(): void {
    this.#enter('network');
    this.#link.ipcp.start();
    // Only if the router begins: one that knows nothing of IPv6 is not disturbed.
    if (this.#mtu >= IPV6_LEAST_MTU) this.#link.ipv6cp.listen();
  }

  get #mtu(): number {
    return Math.min(this.#lcp.mru, this.#lcp.peerMru);
  }

  #opened(): void {
    const { address, peerAddress, netmask, dns } = this.#ipcp;
    if (
      !isUsable(address) ||
      peerAddress === undefined ||
      !isUsable(peerAddress) ||
      address === peerAddress
    ) {
      this.#fail({ kind: 'no-address', reason: 'unusable' });
      return;
    }
    this.#link.event({
      kind: 'opened',
      address,
      gateway: peerAddress,
      netmask,
      dns,
      mtu: this.#mtu,
      // Signed in at CONNECT alone: the password in clear inside TLS, which is what PAP is.
      authentication: this.#lcp.accepted ?? 'PAP',
    });
  }

  #lcpFinished(why: Finish): void {
    switch (why) {
      case 'no-answer':
        this.#failSilent('establish');
        break;
      case 'not-converging':
        this.#fail(protocolError('negotiation-failed', 'LCP does not converge.'));
        break;
      case 'rejected':
        this.#fail(protocolError('protocol-rejected', 'The router rejects LCP.'));
        break;
      case 'terminated':
        this.#link.reportClosed();
        break;
      default:
        assertNever(why);
    }
  }

  #ipcpFinished(why: Finish): void {
    switch (why) {
      case 'no-answer':
        this.#failSilent('network');
        break;
      case 'not-converging':
        this.#fail({ kind: 'no-address', reason: this.#ipcp.noAddressReason });
        break;
      case 'rejected':
        this.#fail(protocolError('protocol-rejected', 'The router rejects IPCP.'));
        break;
      case 'terminated':
        // The router ended IPCP: without it LCP has nothing to carry.
        this.#link.close();
        break;
      default:
        assertNever(why);
    }
  }

  #failSilent(phase: PppClientPhase): void {
    this.#fail(this.#link.lastMalformed ?? { kind: 'no-answer', phase });
  }

  #fail(failure: PppClientFailure): void {
    if (this.#link.over) return;
    this.#link.event({ kind: 'failed', failure });
    this.#link.abandon();
  }
}

function isUsable(address: string): boolean {
  return isHostAddress(parseIpv4Address(address) ?? 0);
}
