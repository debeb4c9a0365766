import { randomInt } from 'node:crypto';
import type { LinkEnd } from '../../datapath/tunnel-link.ts';
import { assertNever } from '../../shared/assert-never.ts';
import {
  NO_TRAFFIC,
  type FailureCause,
  type Stage,
  type TrafficCounters,
  type TunnelFacts,
} from '../../shared/connection.ts';
import { failureText } from '../../shared/failure-text.ts';
import { encodeConnectRequest } from '../../shared/protocol/http-connect.ts';
import { TUNNEL_NAME_STEM } from '../network/local-addresses.ts';
import { type AddressFacts, planNetwork, serversBehindRouter } from '../network/plan.ts';
import { checkNetwork, type NetworkUp } from '../network/tunnel-network.ts';
import { clockDifference, judgeConnectAnswer } from './connect-answer.ts';
import { StageClock } from './deadlines.ts';
import { pppFailureCause, stageOfPhase } from './ppp-failure.ts';
import { PppLine, type Opened, type PppLineEvents } from './ppp-line.ts';
import { exchangeRequest, type ConnectAnswer } from './request-exchange.ts';
import { resolveServer } from './resolve.ts';
import { passSecondStep } from './second-step-dialogue.ts';
import { SecondStep } from './second-step.ts';
import { openSecureChannel } from './secure-channel.ts';
import { SessionDevice } from './session-device.ts';
import type {
  Session,
  SessionDependencies,
  SessionEnd,
  SessionEvent,
  SessionOptions,
} from './session-types.ts';
import { millisecondsToFreshCode, refusal, signInWith, type SignIn } from './sign-in-code.ts';
import { Teardown } from './teardown.ts';
import type { TlsChannel } from './tls-channel.ts';
import { tunnelDns } from './tunnel-dns.ts';
import { connectionAfterChange, localAddressTowards, offlineIfSo } from './way-to-router.ts';

type OpenedWithIpv6 = Opened & Pick<AddressFacts, 'ipv6'>;

/** The first of several, should there be more tunnels. */
const INTERFACE_NAME = `${TUNNEL_NAME_STEM}0`;

interface Configured {
  readonly up: NetworkUp;
  readonly dns: Pick<TunnelFacts, 'dns' | 'dnsUse'>;
}

/** A router that is there answers in one round trip; what is in flight may be sent again once before. */
const PROBE_MILLISECONDS = 1500;
/** A new tunnel would cost the user a new code: better to wait for the old one a little. */
const PROBE_MILLISECONDS_WITH_CODE = 10_000;

/**
 * One attempt, from name to packets. Each step begins when the one before has succeeded; whatever fails,
 * expires or is cancelled calls `#finish`, of which the first call counts, and after which no step begins.
 */
export class Attempt implements Session {
  readonly ended: Promise<SessionEnd>;
  readonly #options: SessionOptions;
  readonly #dependencies: SessionDependencies;
  readonly #listener: (event: SessionEvent) => void;
  readonly #clock: StageClock;
  readonly #teardown: Teardown;
  readonly #over = new AbortController();
  #settle: (end: SessionEnd) => void = () => undefined;
  #line: PppLine | undefined;
  #goodbye: Promise<void> | undefined;
  #opened: Opened | undefined;
  /** The stage after PPP that is under way, should the router negotiate anew meanwhile. */
  #preparing: 'second-step' | 'configuring' | undefined;
  #isConnected = false;
  #hasFailed = false;
  /** The router is called, and has been sent nothing that would be spent. */
  #isDialling = false;
  #clockDifference: number | undefined;
  #onSecondStepCode: ((code: string) => void) | undefined;

  constructor(
    options: SessionOptions,
    dependencies: SessionDependencies,
    listener: (event: SessionEvent) => void,
  ) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#listener = listener;
    this.#clock = new StageClock(options.deadlines, (stage, seconds) =>
      this.#fail({ kind: 'timed-out', stage, seconds }),
    );
    this.#teardown = new Teardown((error) => dependencies.log.error(`Taking down: ${detailOf(error)}`));
    this.ended = new Promise((resolve) => {
      this.#settle = resolve;
    });
    queueMicrotask(() => this.#run(this.#resolve()));
  }

  async cancel(): Promise<void> {
    this.#finish({ kind: 'cancelled' });
    await this.ended;
  }

  submitSecondStep(code: string): void {
    this.#dependencies.log.secret(code);
    this.#onSecondStepCode?.(code);
  }

  networkChanged(): void {
    if (this.#isConnected) this.#run(this.#tryTunnel());
    else if (this.#isDialling) this.#fail({ kind: 'link-lost', reason: 'the network changed' });
  }

  counters(): TrafficCounters {
    return this.#line?.counters() ?? NO_TRAFFIC;
  }

  async measureRoundTrip(): Promise<number | undefined> {
    if (!this.#isConnected) return undefined;
    const milliseconds = await this.#line?.measureRoundTrip();
    if (milliseconds !== undefined) this.#tell({ kind: 'round-trip', milliseconds });
    return milliseconds;
  }

  // ---- the steps, in their order

  async #resolve(): Promise<void> {
    if (this.#options.device === 'tun') await this.#mayHaveDevice();
    await this.#freshCode();
    if (this.#isOver) return;
    this.#enter('resolving');
    this.#isDialling = true;
    const { server, addresses = [] } = this.#options;
    const [known] = addresses;
    if (known !== undefined) {
      const local = await localAddressTowards(known);
      if (local === undefined) this.#fail({ kind: 'network-unreachable', host: server });
      else if (!this.#isOver) this.#secure(addresses);
      return;
    }
    const found = await resolveServer(server);
    if (this.#isOver) return;
    if (found.ok) this.#secure(found.value);
    else this.#fail(found.error);
  }

  /** First of all: a code that was sent to a router is spent, whatever happens here afterwards. */
  async #mayHaveDevice(): Promise<void> {
    const permitted = await checkNetwork(this.#dependencies.network);
    if (!permitted.ok) this.#fail(permitted.error);
  }

  /** Before the connection is made: a router does not hold one open for ten seconds. */
  async #freshCode(): Promise<void> {
    const milliseconds = millisecondsToFreshCode(this.#options.credentials, Date.now());
    if (milliseconds === 0 || this.#isOver) return;
    const seconds = Math.ceil(milliseconds / 1000);
    this.#dependencies.log.info(`Waiting ${seconds} s for a code that was not used yet`);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#teardown.add(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #secure(addresses: readonly string[]): void {
    this.#enter('connecting');
    const { log, network } = this.#dependencies;
    // While traffic is blocked nothing but the tunnel's own connection leaves.
    const parts = { addresses, log, mayProbe: network?.isBlocking !== true };
    const opening = openSecureChannel(this.#options, parts, {
      securing: () => this.#enter('securing'),
      done: (result) => {
        if (!result.ok) {
          this.#fail(result.error);
          return;
        }
        const channel = result.value;
        this.#teardown.add(() => void channel.socket.destroy());
        this.#request(channel);
      },
    });
    this.#teardown.add(() => opening.abandon());
  }

  #request(channel: TlsChannel): void {
    this.#isDialling = false;
    this.#enter('requesting');
    const { credentials, server } = this.#options;
    const { log } = this.#dependencies;
    const sentAt = Date.now();
    const signIn = signInWith(credentials, sentAt);
    log.secret(signIn.password);
    log.secret(`${signIn.userName}:${signIn.password}`);
    this.#tell({ kind: 'credentials-sent', motpCounter: signIn.motpCounter });
    // The listener may have cancelled.
    if (this.#isOver) return;
    const request = encodeConnectRequest(server, signIn.userName, signIn.password);
    exchangeRequest(channel, request, (answer) => {
      if (this.#isOver) return;
      if (answer.ok) this.#answered(channel, signIn, answer.value, sentAt);
      else this.#fail(answer.error);
    });
  }

  #answered(channel: TlsChannel, signIn: SignIn, { head, rest }: ConnectAnswer, sentAt: number): void {
    const receivedAt = Date.now();
    this.#clockDifference = clockDifference(head, { sentAt, receivedAt });
    this.#dependencies.log.info(`The router answers ${head.status} ${head.reason}`);
    const verdict = judgeConnectAnswer(head, receivedAt);
    if (verdict !== undefined) {
      this.#fail(verdict.kind === 'refused' ? this.#refusal() : verdict);
      return;
    }
    const line = new PppLine(channel, rest, signIn, this.#options, this.#lineEvents());
    this.#line = line;
    this.#teardown.add(() => this.#goodbye);
    line.start();
  }

  #lineEvents(): PppLineEvents {
    return {
      ppp: (event) => {
        if (this.#isOver) return;
        switch (event.kind) {
          case 'phase':
            // Also when the router negotiates anew under a standing tunnel: it gets as long as the first time.
            this.#enter(stageOfPhase(event.phase));
            return;
          case 'opened':
            this.#pppOpened(event);
            return;
          case 'failed':
            this.#fail(
              pppFailureCause(event.failure, this.#refusal(), (stage) => this.#clock.seconds(stage)),
            );
            return;
          case 'closed':
            this.#fail({ kind: 'router-closed', when: this.#when });
            return;
          default:
            assertNever(event);
        }
      },
      ipv6AddressLost: () =>
        this.#fail({ kind: 'link-lost', reason: 'the router gave another IPv6 address' }),
      closed: (how) => this.#lineClosed(how),
      silent: (milliseconds) => this.#fail({ kind: 'peer-silent', seconds: Math.round(milliseconds / 1000) }),
    };
  }

  #pppOpened(opened: Opened): void {
    const line = this.#line;
    if (line === undefined) return;
    const before = this.#opened;
    if (before !== undefined) {
      // Under a standing tunnel each negotiation has its own time: a router may begin one every hour.
      if (this.#isConnected) this.#clock.reset();
      else if (this.#preparing === undefined) this.#clock.stop();
      else this.#enter(this.#preparing);
      // Routes and device are made for the old address: a new attempt is what it takes.
      if (before.address !== opened.address || before.gateway !== opened.gateway) {
        this.#fail({ kind: 'link-lost', reason: 'the router gave another address' });
      }
      return;
    }
    this.#opened = opened;
    this.#dependencies.log.info(`Address ${opened.address}, router ${opened.gateway}, MTU ${opened.mtu}`);
    line.startKeepAlive(this.#options.advanced.keepAliveSeconds * 1000);
    const dns = serversBehindRouter(opened.dns, line.channel.address);
    if (dns.length < opened.dns.length) {
      this.#dependencies.log.warn(
        `Of the DNS servers ${opened.dns.join(', ')} some cannot be behind the router`,
      );
    }
    this.#run(this.#prepare(line, { ...opened, dns: [...dns] }));
  }

  async #prepare(line: PppLine, opened: Opened): Promise<void> {
    if (this.#options.secondStep) await this.#secondStep(line, opened);
    if (this.#isOver) return;
    const ipv6 = await line.ipv6();
    if (this.#isOver) return;
    if (ipv6 !== undefined) this.#dependencies.log.info(`IPv6 address ${ipv6.address}, of ${ipv6.network}`);
    const facts = { ...opened, ipv6 };
    const configured = this.#options.device === 'tun' ? await this.#configure(line, facts) : undefined;
    if (!this.#isOver) this.#connected(line, facts, configured);
  }

  async #secondStep(line: PppLine, opened: Opened): Promise<void> {
    this.#preparing = 'second-step';
    this.#enter('second-step');
    const step = new SecondStep({
      address: opened.address,
      gateway: opened.gateway,
      mtu: opened.mtu,
      send: (packet) => line.sendPacket(packet),
      random32: () => randomInt(2 ** 32),
    });
    this.#teardown.add(() => step.close());
    line.receivePackets((bytes, start, end) => void step.receive(bytes, start, end));
    const failure = await passSecondStep(step, {
      isOver: () => this.#isOver,
      code: (refused) => this.#askForCode(refused),
    });
    step.close();
    if (failure !== undefined) this.#fail(failure);
  }

  #askForCode(refused: boolean): Promise<string> {
    return new Promise((resolve) => {
      this.#onSecondStepCode = (code) => {
        this.#onSecondStepCode = undefined;
        resolve(code);
      };
      this.#tell({ kind: 'second-step', deadline: this.#clock.endsAt, refused });
    });
  }

  async #configure(line: PppLine, opened: OpenedWithIpv6): Promise<Configured | undefined> {
    const { advanced, ip } = this.#options;
    const { network } = this.#dependencies;
    if (network === undefined) {
      this.#fail({ kind: 'device-not-permitted', missing: 'platform' });
      return undefined;
    }
    this.#preparing = 'configuring';
    this.#enter('configuring');
    const plan = planNetwork(opened, advanced, ip, line.channel.address, INTERFACE_NAME);
    const device = new SessionDevice({
      network,
      plan,
      calledOff: this.#over.signal,
      onLost: (cause) => this.#fail(cause),
    });
    // Registered before it is made: a session that ends meanwhile waits for it.
    this.#teardown.add(() =>
      device.leave({
        blocks: advanced.blockWhenDown,
        hasFailed: this.#hasFailed,
        wasConnected: this.#isConnected,
      }),
    );
    const up = await device.made();
    if (!up.ok) {
      this.#fail(up.error);
      return undefined;
    }
    return { up: up.value, dns: tunnelDns(plan, up.value, opened.dns) };
  }

  #connected(line: PppLine, opened: OpenedWithIpv6, configured: Configured | undefined): void {
    this.#preparing = undefined;
    this.#clock.reset();
    this.#isConnected = true;
    const address6 = configured?.up.lacksIpv6 === true ? undefined : opened.ipv6?.address;
    line.carry(opened, configured?.up.tun, address6);
    this.#dependencies.log.info('Connected');
    this.#tell({
      kind: 'connected',
      tunnel: {
        interfaceName: configured?.up.tun.name,
        address: opened.address,
        address6,
        gateway: opened.gateway,
        ...(configured?.dns ?? { dns: opened.dns }),
        mtu: opened.mtu,
        cipher: line.channel.cipher,
        routerAddress: line.channel.address,
        authentication: opened.authentication,
      },
    });
  }

  async #tryTunnel(): Promise<void> {
    const line = this.#line;
    const { localAddress } = line?.channel.socket ?? {};
    if (line === undefined || localAddress === undefined) return;
    const outlook = await connectionAfterChange(localAddress, line.channel.address);
    if (this.#isOver) return;
    const { log } = this.#dependencies;
    switch (outlook) {
      case 'waits':
        log.info('No network: the tunnel waits for it');
        return;
      case 'dead':
        this.#fail({ kind: 'link-lost', reason: `the address ${localAddress} is gone` });
        return;
      case 'ask': {
        log.info('The network changed: asking the router whether it is still there');
        const isTyped = this.#options.credentials.kind === 'code';
        line.probe(isTyped ? PROBE_MILLISECONDS_WITH_CODE : PROBE_MILLISECONDS);
        return;
      }
      default:
        assertNever(outlook);
    }
  }

  // ---- the end

  get #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  /** For what the router did just now. */
  get #when(): Stage | 'connected' {
    return this.#isConnected ? 'connected' : this.#clock.stage;
  }

  #refusal(): FailureCause {
    return refusal(this.#options.credentials, this.#clockDifference);
  }

  #lineClosed(how: Exclude<LinkEnd, 'destroyed'>): void {
    if (how === 'ended' && this.#isConnected) {
      // Without a goodbye: no decision of the router's about this tunnel, so it is worth dialling again.
      this.#fail({ kind: 'link-lost', reason: 'ended without goodbye' });
      return;
    }
    const isClosed = how === 'ended' || how === 'close-frame';
    this.#fail(isClosed ? { kind: 'router-closed', when: this.#when } : how);
  }

  #enter(stage: Stage): void {
    if (this.#isOver) return;
    this.#clock.enter(stage);
    if (!this.#isConnected) this.#tell({ kind: 'stage', stage });
  }

  #tell(event: SessionEvent): void {
    if (!this.#isOver) this.#listener(event);
  }

  /** For steps that nobody waits for: what they throw is a fault of ours. */
  #run(running: Promise<void>): void {
    running.catch((error: unknown) => this.#fail({ kind: 'internal', detail: detailOf(error) }));
  }

  #fail(cause: FailureCause): void {
    this.#finish({ kind: 'failed', cause: offlineIfSo(cause), wasConnected: this.#isConnected });
  }

  #finish(end: SessionEnd): void {
    if (this.#isOver) return;
    this.#over.abort();
    this.#hasFailed = end.kind === 'failed';
    this.#clock.stop();
    const { log } = this.#dependencies;
    log.info(
      end.kind === 'cancelled' ? 'Ended by the user' : `Ended (${end.cause.kind}): ${reasonOf(end.cause)}`,
    );
    void this.#leave().then(() => this.#settle(end));
  }

  /** The goodbye is on its way while the device is taken down; the socket goes when both are through. */
  async #leave(): Promise<void> {
    this.#goodbye = this.#line?.leave();
    await this.#teardown.run();
  }
}

/** For the log, which people read: what they are told elsewhere, and what only a developer can use. */
function reasonOf(cause: FailureCause): string {
  const { sentence } = failureText(cause);
  return 'detail' in cause ? `${sentence} (${cause.detail})` : sentence;
}

function detailOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
