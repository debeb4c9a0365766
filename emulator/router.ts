import { randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import type { HttpRequestHead } from '../shared/protocol/http-connect.ts';
import { type OpenedCounters, openAcceptedCounters } from './accepted-counters-file.ts';
import { AddressPool } from './address-pool.ts';
import { BruteForceGuard } from './brute-force.ts';
import { keepCertificate, makeCertificate, openCertificate } from './certificate-file.ts';
import { type CertificateRequest, type RouterCertificate, ownCertificate } from './certificate.ts';
import { type RouterConfig, type RouterConfigInput, routerConfigSchema } from './config.ts';
import { type GateDecision, decideConnect } from './connect-gate.ts';
import { type ConnectionRow, Slots } from './connection-management.ts';
import { type OpenedUsers, openDialInUsers } from './dial-in-users-file.ts';
import type { DialInUsers } from './dial-in-users.ts';
import { type FaultInForce, type FaultInput, FaultPlan, faultSchema } from './faults.ts';
import { serveHttp } from './http-front.ts';
import type { Lan } from './lan/lan.ts';
import { Ipv6Network } from './ipv6-network.ts';
import { Listener } from './listener.ts';
import { MotpRules, TotpRules } from './one-time-passwords.ts';
import { type PppSettings, savePppSettings, withPppSettings } from './ppp-settings.ts';
import type { CertificateFacts, RouterInside } from './router-inside.ts';
import { openLan } from './router-lan.ts';
import type { SessionParts } from './session-parts.ts';
import { SessionTable } from './session-table.ts';
import { SignIn, type SignInAttempt, samePassword } from './sign-in.ts';
import { Syslog, syslogLine } from './syslog.ts';
import { TunnelSession } from './tunnel-session.ts';
import { type WebPages, frontPageOnly } from './web-pages.ts';
import type { Wire } from './wire.ts';

/** What a router takes from its surroundings; tests give their own. */
export interface RouterDependencies {
  /** Unix milliseconds. */
  readonly clock?: () => number;
  /** Secure random bytes. */
  readonly random?: (length: number) => Uint8Array;
  /** The web interface, or what makes one for this router. */
  readonly pages?: WebPages | ((inside: RouterInside) => WebPages);
  /** In place of the one that the configuration asks for; closed with the router. */
  readonly lan?: Lan;
  /** How often idle sessions are looked at. */
  readonly tickMilliseconds?: number;
}

export interface Router {
  readonly host: string;
  readonly port: number;
  readonly certificate: CertificateFacts;
  /** What was wrong with stored files or the configuration, as sentences. */
  readonly problems: readonly string[];
  readonly users: DialInUsers;
  readonly syslog: Pick<Syslog, 'lines' | 'subscribe'>;
  /** TCP connections at this moment, in whatever state. */
  readonly openConnections: number;
  /** Connection Management: the tunnels that are up. */
  connections(): ConnectionRow[];
  /** False = no tunnel of that number is up. */
  drop(vpn: number): boolean;
  /** For sessions from now on. Resolves when the port is closed or open as the faults want it. */
  setFaults(faults: readonly FaultInput[]): Promise<void>;
  /** A new key and certificate, for connections from now on. */
  regenerateCertificate(changes?: Partial<CertificateRequest>): Promise<void>;
  /** Ends all sessions and gives everything back; within a second. */
  close(): Promise<void>;
}

/** Time for CLOSE frames to leave before the connections are cut. */
const GOODBYE_MILLISECONDS = 400;

/**
 * Starts a router. Rejects with a ZodError on a wrong configuration, and with an Error when the port,
 * the state folder or the LAN's device cannot be had; nothing is left then.
 */
export async function startRouter(
  input: RouterConfigInput,
  dependencies: RouterDependencies = {},
): Promise<Router> {
  const configured = routerConfigSchema.parse(input);
  const clock = dependencies.clock ?? Date.now;
  const syslog = new Syslog(configured.syslogLines, clock);
  const problems: string[] = [];
  const tell = (problem: string) => {
    // A disk that stays full is one problem, however often something is to be written.
    if (!problems.includes(problem)) problems.push(problem);
    syslog.write(problem);
  };
  if (configured.folder !== undefined) await mkdir(configured.folder, { recursive: true, mode: 0o700 });
  const settingsProblems: string[] = [];
  const config = await withPppSettings(configured, clock(), settingsProblems);
  const opened = await openDialInUsers({
    folder: config.folder,
    configured: config.users,
    now: clock(),
    failed: tell,
  });
  const counters = await openAcceptedCounters({ ...config, now: clock(), failed: tell });
  const certificateProblems: string[] = [];
  const certificate = await firstCertificate(config, clock(), certificateProblems);
  const { problems: userProblems } = opened;
  for (const problem of [...settingsProblems, ...userProblems, ...counters.problems, ...certificateProblems])
    tell(problem);
  const lan = dependencies.lan ?? (await openLan(config));
  const router = new RunningRouter(config, dependencies, {
    opened,
    counters,
    certificate,
    lan,
    syslog,
    problems,
  });
  try {
    await router.open();
  } catch (error) {
    await router.close();
    throw error;
  }
  return router;
}

function firstCertificate(
  config: RouterConfig,
  now: number,
  problems: string[],
): RouterCertificate | Promise<RouterCertificate> {
  const { own, certificate } = config.tls;
  if (own !== undefined) return ownCertificate(own.certificatePem, own.keyPem);
  return openCertificate(config.folder, certificate, now, problems);
}

interface RouterState {
  readonly opened: OpenedUsers;
  readonly counters: OpenedCounters;
  readonly certificate: RouterCertificate;
  readonly lan: Lan | undefined;
  readonly syslog: Syslog;
  readonly problems: readonly string[];
}

class RunningRouter implements Router, RouterInside {
  readonly #state: RouterState;
  /** Sessions look at the configuration through it: a change is theirs from the next one on. */
  readonly #parts: Omit<SessionParts, 'config'> & { config: RouterConfig };
  readonly #sessions: SessionTable;
  readonly #bruteForce: BruteForceGuard;
  readonly #listener: Listener;
  readonly #pages: WebPages;
  #certificate: RouterCertificate;
  #faults: FaultPlan;
  #closing: Promise<void> | undefined;

  constructor(config: RouterConfig, dependencies: RouterDependencies, state: RouterState) {
    const clock = dependencies.clock ?? Date.now;
    const random = dependencies.random ?? randomBytes;
    const { users } = state.opened;
    const { syslog } = state;
    this.#state = state;
    this.#certificate = state.certificate;
    this.#faults = new FaultPlan(config.faults);
    this.#bruteForce = new BruteForceGuard(config.bruteForce, clock);
    const motp = new MotpRules(config.motpWindowSteps, clock, state.counters.motp);
    const totp = { windowSteps: config.totpWindowSteps, bypassHours: config.mfaBypassHours };
    this.#parts = {
      config,
      users,
      syslog,
      clock,
      random,
      ipv6: config.ppp.ipv6Prefix === undefined ? undefined : new Ipv6Network(config.ppp.ipv6Prefix),
      lan: state.lan,
      signIn: new SignIn({ users, motp, bruteForce: this.#bruteForce, syslog }),
      totp: new TotpRules(totp, clock, state.counters.totp),
      bruteForce: this.#bruteForce,
      addresses: new AddressPool(
        config.ppp.addressPool,
        (address) => address === config.ppp.gateway || users.isStaticAddress(address),
      ),
    };
    this.#sessions = new SessionTable(new Slots(config.sessionLimit), clock, dependencies.tickMilliseconds);
    this.#listener = new Listener(state.certificate, {
      host: config.listen.host,
      port: config.listen.port,
      minimumTls: config.tls.minimumVersion,
      maximumTls: config.tls.maximumVersion,
      handshakeSeconds: config.signInSeconds,
      random,
      admits: (address) => this.#admits(address),
      arm: () => this.#faults.arm(),
      secured: (wire) => this.#serve(wire),
    });
    const { pages = frontPageOnly } = dependencies;
    this.#pages = typeof pages === 'function' ? pages(this) : pages;
  }

  get config(): RouterConfig {
    return this.#parts.config;
  }

  get clock(): () => number {
    return this.#parts.clock;
  }

  get random(): (length: number) => Uint8Array {
    return this.#parts.random;
  }

  get bruteForce(): BruteForceGuard {
    return this.#bruteForce;
  }

  get host(): string {
    return this.config.listen.host;
  }

  get port(): number {
    return this.#listener.port;
  }

  get certificate(): CertificateFacts {
    const { pem, caPem, fingerprint, publicKeySha256 } = this.#certificate;
    return { pem, caPem, fingerprint, publicKeySha256 };
  }

  get problems(): readonly string[] {
    return this.#state.problems;
  }

  get users(): DialInUsers {
    return this.#parts.users;
  }

  get syslog(): Syslog {
    return this.#parts.syslog;
  }

  get openConnections(): number {
    return this.#listener.connections;
  }

  /** The port is known from the first listening on, even when a fault closes it at once. */
  async open(): Promise<void> {
    await this.#listener.listen();
    this.#listenAsFaultsWant();
  }

  connections(): ConnectionRow[] {
    return this.#sessions.all().flatMap((session) => session.row() ?? []);
  }

  drop(vpn: number): boolean {
    const session = this.#sessions.get(vpn);
    if (session?.row() === undefined) return false;
    session.end('dropped');
    return true;
  }

  faults(): FaultInForce[] {
    return this.#faults.inForce;
  }

  async setFaults(faults: readonly FaultInput[]): Promise<void> {
    this.#faults = new FaultPlan(faults.map((fault) => faultSchema.parse(fault)));
    if (this.#closing !== undefined) return;
    if (!this.#faults.refusesConnections) await this.#listener.listen();
    this.#listenAsFaultsWant();
  }

  async regenerateCertificate(changes: Partial<CertificateRequest> = {}): Promise<void> {
    const request = { ...this.config.tls.certificate, ...changes };
    this.#useCertificate(await makeCertificate(this.config.folder, request));
  }

  async replaceCertificate(changes: Partial<CertificateRequest>): Promise<void> {
    const request = { ...this.config.tls.certificate, ...changes };
    this.#useCertificate(await makeCertificate(this.config.folder, request, true));
  }

  async bringCertificate(pem: string, keyPem: string): Promise<void> {
    const certificate = ownCertificate(pem, keyPem);
    await keepCertificate(this.config.folder, certificate);
    this.#useCertificate(certificate);
  }

  async changePpp(settings: PppSettings): Promise<void> {
    await savePppSettings(this.config.folder, settings);
    const { config } = this;
    this.#parts.config = { ...config, ppp: { ...config.ppp, ...settings } };
    this.#parts.addresses.setRange(settings.addressPool);
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#listener.stopListening();
    this.#pages.close?.();
    for (const session of this.#sessions.all()) session.end('router-closing');
    await this.#listener.emptied(GOODBYE_MILLISECONDS);
    for (const session of this.#sessions.all()) session.destroy('router-closing');
    await this.#listener.close();
    await this.#state.lan?.close();
    await Promise.all([this.#state.opened.saved(), this.#state.counters.saved()]);
  }

  #useCertificate(certificate: RouterCertificate): void {
    this.#certificate = certificate;
    this.#listener.setCertificate(certificate);
  }

  #listenAsFaultsWant(): void {
    if (this.#faults.refusesConnections) this.#listener.stopListening();
  }

  #admits(address: string): boolean {
    if (this.config.bruteForce.answer !== 'drop' || this.#bruteForce.blockedFor(address) === 0) return true;
    this.#parts.syslog.write(syslogLine.blocked(address));
    return false;
  }

  #serve(wire: Wire): void {
    const { http, signInSeconds } = this.config;
    const attempt: SignInAttempt = { address: wire.remoteAddress, motp: { carried: undefined } };
    serveHttp(wire, {
      server: http.server,
      sendsDate: http.date,
      clock: this.#parts.clock,
      random: this.#parts.random,
      pages: this.#pages,
      deadlineSeconds: signInSeconds,
      decideConnect: (head) => this.#decide(head, attempt),
      tunnel: (_wire, connectUser, rest) => this.#startSession(wire, connectUser, rest, attempt),
    });
  }

  #decide(head: HttpRequestHead, attempt: SignInAttempt): GateDecision {
    const { signIn, syslog } = this.#parts;
    const decision = decideConnect(head, {
      checksPassword: this.config.checkPasswordAt !== 'ppp',
      blockedFor: () => this.#bruteForce.blockedFor(attempt.address),
      sessionsLeft: () => this.#sessions.left > 0 && this.#closing === undefined,
      signIn: (userName, password) =>
        signIn.check({
          userName,
          place: 'connect',
          attempt,
          matches: (candidate) => samePassword(candidate, password),
        }),
    });
    if (decision.kind === 'answer') {
      if (decision.because === 'blocked') syslog.write(syslogLine.blocked(attempt.address));
      if (decision.because === 'session-limit') syslog.write(syslogLine.sessionLimit(attempt.address));
    }
    return decision;
  }

  #startSession(wire: Wire, connectUser: string | undefined, rest: Uint8Array, attempt: SignInAttempt): void {
    this.#parts.syslog.write(syslogLine.dialIn());
    const added = this.#sessions.add(
      (vpn, ended) =>
        new TunnelSession(this.#parts, {
          vpn,
          wire,
          connectUser,
          attempt,
          rest,
          sessionsOf: (userName) => this.#sessions.ofUser(userName),
          signedIn: (userName) => this.#sessions.signedIn(userName),
          ended,
        }),
    );
    if (!added) wire.stream.destroy();
  }
}
