import { assertNever } from '../shared/assert-never.ts';
import { IPV6_LEAST_MTU } from '../shared/ip/ipv6.ts';
import type { Finish } from '../shared/protocol/control-protocol.ts';
import { Ipv6cpNegotiation } from '../shared/protocol/ipv6cp.ts';
import { LcpNegotiation, readNumber } from '../shared/protocol/lcp.ts';
import type { PppAuthentication, PppEffect, PppEndpoint, PppTimer } from '../shared/protocol/ppp-endpoint.ts';
import { PppLink, type PppLinkRole } from '../shared/protocol/ppp-link.ts';
import { type ProtocolError, protocolError } from '../shared/protocol/protocol-error.ts';
import { IpcpServerNegotiation } from './ipcp-server.ts';
import { PppAuthenticator, type Verdict } from './ppp-authenticator.ts';

/** What real routers do that no RFC asks for. */
export interface PppServerQuirks {
  /** LCP's magic number is the constant 1. */
  readonly magicOne: boolean;
  /** No MRU in the router's LCP request. */
  readonly offerNoMru: boolean;
  /** The first PAP Ack has identifier 0; IPCP begins when the request is repeated (or the client begins it). */
  readonly firstPapAckIdZero: boolean;
  /** The first IPCP request asks for Van Jacobson compression and nothing else. */
  readonly askVanJacobsonFirst: boolean;
  /** The first request for an address is answered by 0.0.0.0, the second by the address. */
  readonly lateNak: boolean;
}

export interface PppServerOptions {
  /** In order of preference; the next one on a Nak. Not empty. */
  readonly authentication: readonly PppAuthentication[];
  readonly quirks: PppServerQuirks;
  /** Bytes. */
  readonly mru: number;
  readonly gateway: string;
  readonly dns: readonly string[];
  /** Told to clients that ask by IPCP option 1; without it the option is rejected. */
  readonly netmask?: string;
  /** The router's name in a CHAP Challenge. */
  readonly name: string;
  readonly random: (length: number) => Uint8Array;
  /**
   * Asked once per sign-in. `matches` compares a password with what came over PAP or CHAP, so that several
   * one-time codes can be tried. `refusal` becomes MS-CHAP's E= code, wrong-credentials if left out.
   */
  readonly authenticate: (userName: string, matches: (password: string) => boolean) => Verdict;
  /** Asked once, at the client's first IPCP request; undefined when none is left. */
  readonly assignAddress: (userName: string, wished: string | undefined) => string | undefined;
  /** Left out: the router knows nothing of IPv6. */
  readonly ipv6?: {
    /** Whether a client may have this interface identifier. */
    readonly isFree: (identifier: Uint8Array) => boolean;
  };
}

export type PppServerEvent =
  | { readonly kind: 'phase'; readonly phase: 'establish' | 'authenticate' | 'network' }
  | { readonly kind: 'authenticated'; readonly userName: string; readonly mode: PppAuthentication }
  /** The link is being closed; `closed` follows. */
  | { readonly kind: 'refused'; readonly userName: string; readonly reason: string }
  /** There was no address to assign: the client's option is rejected, what it does then is its affair. */
  | { readonly kind: 'no-address'; readonly userName: string }
  | { readonly kind: 'opened'; readonly address: string; readonly mtu: number }
  /** IPv6 packets may travel; the interface identifiers of both ends, 8 bytes. */
  | { readonly kind: 'ipv6-up'; readonly identifier: Uint8Array; readonly peerIdentifier: Uint8Array }
  | { readonly kind: 'ipv6-down' }
  | { readonly kind: 'failed'; readonly error: ProtocolError }
  | { readonly kind: 'closed' };

export function createPppServer(options: PppServerOptions): PppEndpoint<PppServerEvent> {
  return new Server(options);
}

class Server implements PppEndpoint<PppServerEvent> {
  readonly #link: PppLink<PppServerEvent>;
  readonly #lcp: LcpNegotiation;
  readonly #ipcp: IpcpServerNegotiation;
  readonly #ipv6cp: Ipv6cpNegotiation;
  readonly #offersIpv6: boolean;
  readonly #authenticator: PppAuthenticator;
  #userName = '';

  constructor(options: PppServerOptions) {
    const { quirks, random } = options;
    const newMagic = (): number => readNumber(random(4));
    this.#lcp = new LcpNegotiation({
      mru: quirks.offerNoMru ? undefined : options.mru,
      magic: quirks.magicOne ? 1 : newMagic(),
      demand: options.authentication,
      accept: [],
      newMagic,
    });
    this.#ipcp = new IpcpServerNegotiation({
      gateway: options.gateway,
      dns: options.dns,
      netmask: options.netmask,
      askVanJacobsonFirst: quirks.askVanJacobsonFirst,
      lateNak: quirks.lateNak,
      assignAddress: (wished) => this.#assign(options, wished),
    });
    this.#ipv6cp = new Ipv6cpNegotiation({
      random,
      isFree: (identifier) => options.ipv6?.isFree(identifier) ?? true,
    });
    this.#offersIpv6 = options.ipv6 !== undefined;
    const negotiations = { lcp: this.#lcp, ipcp: this.#ipcp, ipv6cp: this.#ipv6cp };
    const link = new PppLink<PppServerEvent>(negotiations, this.#role());
    this.#link = link;
    this.#authenticator = new PppAuthenticator(
      {
        name: options.name,
        random,
        firstPapAckIdZero: quirks.firstPapAckIdZero,
        authenticate: options.authenticate,
      },
      {
        send: (protocol, information) => link.send(protocol, information),
        startTimer: (milliseconds) => link.startTimer('authentication', milliseconds),
        stopTimer: () => link.stopTimer('authentication'),
        authenticated: (userName) => this.#authenticated(userName),
        proceed: () => this.#enterNetwork(),
        refused: (userName, reason) => {
          link.event({ kind: 'refused', userName, reason });
          link.close();
        },
        noAnswer: () => this.#failSilent('sign-in'),
        malformed: (error) => link.noteMalformed(error),
      },
    );
  }

  start(): readonly PppEffect<PppServerEvent>[] {
    return this.#link.collect(() => {
      if (this.#link.over || this.#link.phase !== 'dead') return;
      this.#enter('establish');
      this.#link.lcp.start();
    });
  }

  receive(protocol: number, information: Uint8Array): readonly PppEffect<PppServerEvent>[] {
    return this.#link.collect(() => this.#link.receive(protocol, information));
  }

  timeout(timer: PppTimer): readonly PppEffect<PppServerEvent>[] {
    return this.#link.collect(() => this.#link.timeout(timer, this.#authenticator));
  }

  close(): readonly PppEffect<PppServerEvent>[] {
    return this.#link.collect(() => this.#link.close());
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
      ipv6Up: () => this.#ipv6Up(),
      ipv6Down: () => this.#link.event({ kind: 'ipv6-down' }),
      closed: () => this.#link.event({ kind: 'closed' }),
      authentication: (protocol, information) => this.#authenticator.receive(protocol, information),
      earlyIpcp: () => this.#authenticator.goOn(),
      protocolRejected: (protocol) =>
        this.#fail(
          protocolError('protocol-rejected', `The client rejects protocol 0x${protocol.toString(16)}.`),
        ),
      echoReplied: () => {},
    };
  }

  #enter(phase: 'establish' | 'authenticate' | 'network'): void {
    this.#link.phase = phase;
    this.#link.event({ kind: 'phase', phase });
  }

  #enterAuthenticate(): void {
    const mode = this.#lcp.demanded;
    if (mode === undefined) {
      this.#fail(protocolError('negotiation-failed', 'No authentication was agreed on.'));
      return;
    }
    this.#enter('authenticate');
    this.#authenticator.begin(mode);
  }

  #authenticated(userName: string): void {
    this.#userName = userName;
    const mode = this.#lcp.demanded;
    if (mode !== undefined) this.#link.event({ kind: 'authenticated', userName, mode });
  }

  #enterNetwork(): void {
    this.#enter('network');
    this.#link.ipcp.start();
    if (this.#offersIpv6 && this.#mtu >= IPV6_LEAST_MTU) this.#link.ipv6cp.start();
  }

  get #mtu(): number {
    return Math.min(this.#lcp.mru, this.#lcp.peerMru);
  }

  #ipv6Up(): void {
    const { identifier, peerIdentifier } = this.#ipv6cp;
    // A client that names none could not be told from others.
    if (peerIdentifier === undefined) this.#link.ipv6cp.close();
    else this.#link.event({ kind: 'ipv6-up', identifier, peerIdentifier });
  }

  #assign(options: PppServerOptions, wished: string | undefined): string | undefined {
    const address = options.assignAddress(this.#userName, wished);
    if (address === undefined) this.#link.event({ kind: 'no-address', userName: this.#userName });
    return address;
  }

  #opened(): void {
    const address = this.#ipcp.granted;
    if (address === undefined) {
      this.#fail(protocolError('negotiation-failed', 'The client opened IPCP without an address.'));
      return;
    }
    this.#link.event({ kind: 'opened', address, mtu: this.#mtu });
  }

  #lcpFinished(why: Finish): void {
    if (why === 'terminated') this.#link.reportClosed();
    else this.#layerFailed('LCP', why);
  }

  #ipcpFinished(why: Finish): void {
    if (why === 'terminated') this.#link.close();
    else this.#layerFailed('IPCP', why);
  }

  #layerFailed(layer: string, why: Exclude<Finish, 'terminated'>): void {
    switch (why) {
      case 'no-answer':
        this.#failSilent(layer);
        break;
      case 'not-converging':
        this.#fail(protocolError('negotiation-failed', `${layer} does not converge.`));
        break;
      case 'rejected':
        this.#fail(protocolError('protocol-rejected', `The client rejects ${layer}.`));
        break;
      default:
        assertNever(why);
    }
  }

  #failSilent(during: string): void {
    this.#fail(
      this.#link.lastMalformed ??
        protocolError('negotiation-failed', `The client is silent during ${during}.`),
    );
  }

  #fail(error: ProtocolError): void {
    if (this.#link.over) return;
    this.#link.event({ kind: 'failed', error });
    this.#link.abandon();
  }
}
