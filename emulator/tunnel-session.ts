import { type LinkEnd, TunnelLink } from '../datapath/tunnel-link.ts';
import { assertNever } from '../shared/assert-never.ts';
import { ControlCode, encodeControlPacket } from '../shared/protocol/control-packet.ts';
import type { PppEffect, PppEndpoint } from '../shared/protocol/ppp-endpoint.ts';
import { PppProtocol } from '../shared/protocol/ppp-frame.ts';
import type { ConnectionRow } from './connection-management.ts';
import { DialIn, refusedBy } from './dial-in.ts';
import type { FrameFault } from './faults.ts';
import { faultStageOf, strikeFrames } from './frame-faults.ts';
import { type PppServerEvent, createPppServer } from './ppp-server.ts';
import type { SessionEnd, SessionParts } from './session-parts.ts';
import { SessionTimers } from './session-timers.ts';
import type { SignInAttempt } from './sign-in.ts';
import { syslogLine } from './syslog.ts';
import { type LinkIdentifiers, UpTunnel } from './up-tunnel.ts';
import type { Wire } from './wire.ts';

export interface TunnelSessionOptions {
  /** Row and interface number. */
  readonly vpn: number;
  readonly wire: Wire;
  /** The user of the Basic header. */
  readonly connectUser: string | undefined;
  readonly attempt: SignInAttempt;
  /** Frames that came with the request. */
  readonly rest: Uint8Array;
  /** A user's sessions that are up; and those that have signed in, up or not yet. */
  readonly sessionsOf: (userName: string) => readonly TunnelSession[];
  readonly signedIn: (userName: string) => readonly TunnelSession[];
  /** The session is off the table: its number may be used again. Called once. */
  readonly ended: () => void;
}

/** Time for the client to answer our CLOSE by leaving. */
const LINGER_MILLISECONDS = 300;

/** One tunnel, from the answer to CONNECT to its end. */
export class TunnelSession {
  readonly vpn: number;
  readonly #parts: SessionParts;
  readonly #options: TunnelSessionOptions;
  readonly #dialIn: DialIn;
  readonly #ppp: PppEndpoint<PppServerEvent>;
  readonly #link: TunnelLink;
  readonly #timers = new SessionTimers();
  #phase: 'open' | 'leaving' | 'over' = 'open';
  #up: UpTunnel | undefined;
  /** While IPV6CP is opened. */
  #ipv6: LinkIdentifiers | undefined;
  /** PPP is through: to be left when all it wants to send has been sent. */
  #leaveAfter: SessionEnd | undefined;
  /** A fault has struck that nothing of ours may follow. */
  #muted = false;
  /** By a fault: whatever the password. */
  #refusesSignIn = false;

  constructor(parts: SessionParts, options: TunnelSessionOptions) {
    this.vpn = options.vpn;
    this.#parts = parts;
    this.#options = options;
    this.#dialIn = new DialIn(parts, {
      ...options,
      // A client may negotiate anew: its own tunnel is no other one.
      sessionsOf: (userName) => options.sessionsOf(userName).filter((session) => session !== this),
      isSignedIn: (userName) => options.signedIn(userName).some((session) => session !== this),
    });
    this.#ppp = this.#createPpp();
    const { wire, rest } = options;
    const silent = wire.faults?.armed.fault.action === 'silent' ? wire.faults.stream : undefined;
    silent?.watchFrames();
    this.#link = new TunnelLink(
      wire.stream,
      {
        control: (protocol, information) => this.#control(protocol, information),
        packet: (bytes, start, end) => this.#packet(bytes, start, end),
        keepAliveReply: () => undefined,
        closed: (how) => this.#linkClosed(how),
        drain: () => this.#up?.drained(),
      },
      { firstBytes: silent === undefined ? rest : undefined },
    );
    silent?.incoming(rest);
  }

  /** Undefined until the tunnel is up. */
  get userName(): string | undefined {
    return this.#up?.user.userName;
  }

  /** Undefined until its user has signed in, and when it ends. */
  get signedIn(): string | undefined {
    return this.#phase === 'open' ? this.#dialIn.user?.userName : undefined;
  }

  start(): void {
    const { config } = this.#parts;
    this.#timers.start('deadline', config.signInSeconds * 1000, () => this.end('too-slow'));
    this.#run(this.#ppp.start());
  }

  /** Once a second or so, for all sessions together. */
  tick(now: number): void {
    if (this.#up?.isIdle(now) === true) this.end('idle');
  }

  /** Undefined until the tunnel is up. */
  row(): ConnectionRow | undefined {
    return this.#up?.row(this.#parts.clock());
  }

  /** The router ends the session: Terminate-Request, CLOSE, the end of the stream. Idempotent. */
  end(why: SessionEnd): void {
    if (this.#phase !== 'open') return;
    for (const effect of this.#muted ? [] : this.#ppp.close()) {
      if (effect.kind === 'send') this.#link.sendControl(effect.protocol, effect.information);
    }
    this.#leave(why);
  }

  /** At once, without waiting for the client. */
  destroy(why: SessionEnd): void {
    this.end(why);
    this.#over();
  }

  // ---- PPP

  #createPpp(): PppEndpoint<PppServerEvent> {
    const { config, random } = this.#parts;
    return createPppServer({
      authentication: config.ppp.authentication,
      quirks: config.quirks,
      mru: config.ppp.mru,
      gateway: config.ppp.gateway,
      dns: config.ppp.dns,
      netmask: config.ppp.netmask,
      name: config.ppp.name,
      random,
      authenticate: (userName, matches) =>
        this.#refusesSignIn ? refusedBy('wrong password') : this.#dialIn.authenticate(userName, matches),
      assignAddress: (_userName, wished) => this.#dialIn.assignAddress(wished),
      ...(this.#parts.ipv6 === undefined ? {} : { ipv6: this.#parts.ipv6 }),
    });
  }

  #control(protocol: number, information: Uint8Array): void {
    if (this.#muted || this.#phase !== 'open') return;
    const armed = this.#options.wire.faults?.armed;
    if (armed !== undefined && isNegotiation(armed.fault) && armed.fault.stage === faultStageOf(protocol)) {
      if (armed.strike() && !this.#strike(armed.fault, information)) return;
    }
    this.#run(this.#ppp.receive(protocol, information));
  }

  #run(effects: readonly PppEffect<PppServerEvent>[]): void {
    for (const effect of effects) {
      if (this.#muted || this.#phase !== 'open') return;
      this.#carryOut(effect);
    }
    if (this.#leaveAfter !== undefined) this.#leave(this.#leaveAfter);
  }

  #carryOut(effect: PppEffect<PppServerEvent>): void {
    switch (effect.kind) {
      case 'send':
        return this.#link.sendControl(effect.protocol, effect.information);
      case 'start-timer': {
        const { timer } = effect;
        return this.#timers.start(timer, effect.milliseconds, () => this.#run(this.#ppp.timeout(timer)));
      }
      case 'stop-timer':
        return this.#timers.stop(effect.timer);
      case 'event':
        return this.#event(effect.event);
      default:
        return assertNever(effect);
    }
  }

  #event(event: PppServerEvent): void {
    switch (event.kind) {
      case 'phase':
      case 'authenticated':
      case 'no-address':
        return;
      case 'refused':
        this.#leaveAfter = 'refused';
        return;
      case 'opened':
        this.#opened(event.mtu);
        return;
      case 'ipv6-up':
        this.#ipv6 = event;
        this.#up?.ipv6Up(event);
        return;
      case 'ipv6-down':
        this.#ipv6 = undefined;
        this.#up?.ipv6Down();
        return;
      case 'failed':
        this.#parts.syslog.write(syslogLine.protocolError(this.#name(), event.error.code));
        this.#leaveAfter = 'failed';
        return;
      case 'closed':
        this.#leaveAfter ??= 'client-closed';
        return;
      default:
        assertNever(event);
    }
  }

  // ---- the tunnel is up

  #opened(mtu: number): void {
    const { user, address } = this.#dialIn;
    if (user === undefined || address === undefined || this.#up !== undefined) return;
    const { wire, vpn } = this.#options;
    this.#timers.stop('deadline');
    this.#dialIn.replaceOthers();
    this.#parts.syslog.write(syslogLine.up(user.userName));
    this.#link.prepareForTraffic({ mtu });
    this.#up = new UpTunnel(this.#parts, {
      vpn,
      user,
      address,
      mtu,
      remoteAddress: wire.remoteAddress,
      cipher: wire.tls.getCipher().standardName,
      counters: this.#link.counters,
      sendPacket: (bytes, start, end) => this.#link.sendPacket(bytes, start, end),
    });
    if (this.#ipv6 !== undefined) this.#up.ipv6Up(this.#ipv6);
    this.#armConnectedFault();
  }

  #packet(bytes: Uint8Array, start: number, end: number): void {
    if (!this.#muted && this.#phase === 'open') this.#up?.receive(bytes, start, end);
  }

  // ---- faults

  #armConnectedFault(): void {
    const armed = this.#options.wire.faults?.armed;
    if (armed?.fault.stage !== 'connected') return;
    const { fault } = armed;
    this.#timers.start('fault', fault.afterMilliseconds, () => {
      if (this.#phase === 'open' && armed.strike()) this.#strike(fault, undefined);
    });
  }

  /** True = go on as usual. `received`: the packet in whose answer's place the fault stands. */
  #strike(fault: FrameFault, received: Uint8Array | undefined): boolean {
    const outcome = strikeFrames(fault, this.#options.wire, this.#parts.random);
    switch (outcome) {
      case 'goes-on':
        return true;
      case 'gone':
        this.#muted = true;
        this.#timers.stopAll();
        return false;
      case 'close':
        this.#leave('fault');
        return false;
      case 'expire':
        this.end('expired');
        return false;
      case 'refuse':
        return this.#refuse(fault.stage, received);
      default:
        return assertNever(outcome);
    }
  }

  #refuse(stage: FrameFault['stage'], received: Uint8Array | undefined): boolean {
    if (stage === 'authentication') {
      this.#refusesSignIn = true;
      return true;
    }
    if (stage === 'ipcp' && received !== undefined) {
      const rejected = Uint8Array.from([PppProtocol.ipcp >> 8, PppProtocol.ipcp & 0xff, ...received]);
      this.#link.sendControl(PppProtocol.lcp, encodeControlPacket(ControlCode.protocolReject, 1, rejected));
      return false;
    }
    this.end('fault');
    return false;
  }

  // ---- ending

  /** Says CLOSE and waits a little for the client to leave too. */
  #leave(why: SessionEnd): void {
    if (this.#phase !== 'open') return;
    this.#phase = 'leaving';
    this.#signOff(why);
    if (this.#muted) return this.#over();
    this.#link.sendClose();
    return this.#timers.start('linger', LINGER_MILLISECONDS, () => this.#over());
  }

  #linkClosed(how: LinkEnd): void {
    if (this.#phase === 'open') {
      this.#phase = 'leaving';
      if (typeof how === 'object' && how.kind === 'protocol-error') {
        this.#parts.syslog.write(syslogLine.protocolError(this.#name(), how.code));
      }
      this.#signOff(how === 'close-frame' ? 'client-closed' : 'client-vanished');
    }
    this.#over();
  }

  /** Gives back what the session held of the router. */
  #signOff(why: SessionEnd): void {
    const { syslog } = this.#parts;
    this.#timers.stopAll();
    const up = this.#up;
    this.#up = undefined;
    up?.detach();
    this.#dialIn.release();
    if (up === undefined) return;
    const { userName } = up.user;
    if (why === 'idle') syslog.write(syslogLine.idle(userName));
    if (why !== 'client-closed') syslog.write(syslogLine.drop(userName, this.vpn));
    syslog.write(syslogLine.down(userName));
  }

  #over(): void {
    if (this.#phase === 'over') return;
    this.#phase = 'over';
    this.#timers.stopAll();
    this.#link.destroy();
    this.#options.ended();
  }

  /** For the log. */
  #name(): string {
    return this.#dialIn.user?.userName ?? this.#options.connectUser ?? '-';
  }
}

function isNegotiation(fault: { readonly stage: string }): fault is FrameFault {
  return fault.stage === 'lcp' || fault.stage === 'authentication' || fault.stage === 'ipcp';
}
