import { randomBytes } from 'node:crypto';
import type { RouterConfigInput } from '../../emulator/config.ts';
import type { SessionCredentials } from '../../client/session/session-types.ts';
import { RouterHost } from '../support/router-host.ts';
import type { Cleanup } from './cleanup.ts';
import { type ConnectWay, DELAY_MILLISECONDS, type Way } from './connect-way.ts';
import { startProxyProcess } from './delaying-proxy-host.ts';
import { openTimedSession } from './timed-session.ts';

const HOST = '127.0.0.1';
const PIN = '2846';
/** The router takes a code only once from each user, so every attempt is another user's. */
const TOKEN_USERS = 300;

const NO_QUIRKS = {
  magicOne: false,
  offerNoMru: false,
  firstPapAckIdZero: false,
  askVanJacobsonFirst: false,
  lateNak: false,
} as const;

interface Account {
  readonly userName: string;
  readonly password: string;
}

/** `startSession` in this process, without a device, over loopback. */
export async function sessionWays(cleanup: Cleanup): Promise<ConnectWay[]> {
  const account = { userName: 'bench', password: randomBytes(12).toString('base64url') };
  const tokens = Array.from({ length: TOKEN_USERS }, (_, index) => ({
    userName: `token${index}`,
    motp: { pin: PIN, secret: randomBytes(16).toString('hex') },
  }));
  const router = async (config: RouterConfigInput): Promise<RouterEnds> =>
    startRouterEnds({ ...config, users: [account, ...tokens] }, cleanup);
  const [pap, papPlain, msChap, msChapPlain] = await Promise.all([
    router({}),
    router({ quirks: NO_QUIRKS }),
    router({ ppp: { authentication: ['MS-CHAPv2'] } }),
    router({ ppp: { authentication: ['MS-CHAPv2'] }, quirks: NO_QUIRKS }),
  ]);
  const password = passwordOf(account);
  return [
    sessionWay('session: password, PAP', pap, () => password),
    sessionWay('session: password, PAP, no quirks', papPlain, () => password),
    sessionWay('session: one-time code, PAP', pap, nextToken(tokens)),
    sessionWay('session: password, MS-CHAPv2', msChap, () => password),
    sessionWay('session: password, MS-CHAPv2, no quirks', msChapPlain, () => password),
  ];
}

interface RouterEnds {
  readonly publicKeySha256: string;
  readonly ports: Readonly<Record<Way, number>>;
}

async function startRouterEnds(config: RouterConfigInput, cleanup: Cleanup): Promise<RouterEnds> {
  const router = await RouterHost.start({
    ...config,
    listen: { host: HOST, port: 0 },
    lan: { kind: 'built-in' },
  });
  cleanup.add(() => router.close());
  const delayed = await startProxyProcess(
    {
      listenHost: HOST,
      listenPort: 0,
      targetHost: HOST,
      targetPort: router.port,
      delay: DELAY_MILLISECONDS,
    },
    cleanup,
  );
  return { publicKeySha256: router.publicKeySha256, ports: { direct: router.port, delayed } };
}

function passwordOf({ userName, password }: Account): SessionCredentials {
  return { kind: 'password', userName, password };
}

function nextToken(
  tokens: readonly { readonly userName: string; readonly motp: { readonly secret: string } }[],
): () => SessionCredentials {
  const left = tokens.values();
  return () => {
    const { value } = left.next();
    if (value === undefined) throw new Error(`only ${TOKEN_USERS} one-time codes are prepared`);
    return {
      kind: 'motp',
      userName: value.userName,
      secret: value.motp.secret,
      pin: PIN,
      notBeforeCounter: 0,
    };
  };
}

function sessionWay(name: string, router: RouterEnds, credentials: () => SessionCredentials): ConnectWay {
  return {
    name,
    startsCold: false,
    async connect(way) {
      const { session, milliseconds, stages } = await openTimedSession({
        host: HOST,
        port: router.ports[way],
        publicKeySha256: router.publicKeySha256,
        credentials: credentials(),
      });
      await session.cancel();
      return { milliseconds, stages };
    },
  };
}
