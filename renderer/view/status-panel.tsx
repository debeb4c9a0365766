import {
  isBlocked,
  isOver,
  lockedOutFor,
  mayConnect,
  mayDisconnect,
  mayRetry,
  type ConnectionState,
  type TunnelFacts,
} from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { failureText } from '../../shared/failure-text.ts';
import { serverAddressText } from '../../shared/server-address.ts';
import { statusLine } from '../../shared/stage-text.ts';
import type { Catalogue } from '../../shared/text/catalogue.ts';
import { clockText, rateText } from '../logic/quantity.ts';
import { stageProgress } from '../logic/stage-progress.ts';
import { useNow, useStatistics, useSurroundings, useWords } from './app-context.ts';
import { FactList, type Fact } from './fact-list.tsx';
import { FailureCard } from './failure-card.tsx';
import { StateSign } from './icons.tsx';
import { useKeptFocus } from './kept-focus.ts';

interface StatusProps {
  readonly profile: ProfileView;
  readonly state: ConnectionState;
}

export function StatusPanel({ profile, state }: StatusProps) {
  const { catalogue, text } = useWords();
  const now = useNow(
    (time) => state.state === 'waiting' || state.state === 'connected' || lockedOutFor(state, time) > 0,
  );
  const wait = Math.ceil(lockedOutFor(state, now) / 1000);
  const lineUnder = (): string => {
    if (state.state === 'disconnected') return text.status.idle;
    if (state.state === 'connected' && state.tunnel.interfaceName === undefined) return text.status.testDone;
    // The big word says "Connected" already, and the address stands below, among its like.
    if (state.state === 'connected') return `${text.status.uptime} ${clockText((now - state.since) / 1000)}`;
    if (state.state === 'disconnecting') return text.status.leaving;
    return statusLine(state, now, catalogue);
  };
  const panel = useKeptFocus(state.state, '.status-card button:enabled');
  return (
    <div className="tab-panel" ref={panel}>
      <section className={`status-card status-${state.state}`} aria-label={text.status.view}>
        <StateSign state={state.state} />
        <div className="status-words">
          <p className="state-word">{catalogue.state[state.state]}</p>
          <p className="state-line">{lineUnder()}</p>
        </div>
        <MainButton profile={profile} state={state} isLockedOut={wait > 0} />
        {state.state === 'connecting' ? <StageBar state={state} /> : undefined}
      </section>
      {state.state === 'failed' ? (
        <FailureCard profile={profile} cause={state.cause} wait={wait} />
      ) : undefined}
      {isBlocked(state) ? (
        <section className="card card-blocked">
          <p>{catalogue.blocked.sentence}</p>
        </section>
      ) : undefined}
      {state.state === 'waiting' ? <WaitingReason state={state} /> : undefined}
      {state.state === 'connected' ? (
        <Connected profile={profile} tunnel={state.tunnel} />
      ) : (
        <ProfileFacts profile={profile} />
      )}
    </div>
  );
}

interface MainButtonProps extends StatusProps {
  readonly isLockedOut: boolean;
}

function MainButton({ profile, state, isLockedOut }: MainButtonProps) {
  const { actions } = useSurroundings();
  const { text } = useWords();
  // A failure brings its own button, which says what it does.
  const brings = state.state === 'failed';
  const connect = (
    <button
      type="button"
      className={brings ? 'large' : 'primary large'}
      onClick={() => {
        actions.connect(profile.id);
      }}
    >
      {isLockedOut ? text.status.connectAnyway : text.status.connect}
    </button>
  );
  if (isOver(state)) return connect;
  // What is blocked has been connected: leaving it is more than calling an attempt off.
  const isAttempt = state.state !== 'connected' && state.state !== 'disconnecting' && !isBlocked(state);
  const leave = (
    <button
      type="button"
      className="large"
      disabled={!mayDisconnect(state)}
      onClick={() => {
        actions.disconnect(profile.id);
      }}
    >
      {isAttempt ? text.status.cancel : text.status.disconnect}
    </button>
  );
  const retry = (
    <button
      type="button"
      className="primary large"
      onClick={() => {
        actions.retryNow(profile.id);
      }}
    >
      {text.status.retryNow}
    </button>
  );
  if (!mayRetry(state) && !mayConnect(state)) return leave;
  return (
    <div className="status-buttons">
      {mayRetry(state) ? retry : connect}
      {leave}
    </div>
  );
}

function StageBar({ state }: { readonly state: Extract<ConnectionState, { state: 'connecting' }> }) {
  const { text } = useWords();
  const { step, of } = stageProgress(state.stage);
  const steps = Array.from({ length: of }, (_, index) => index + 1);
  return (
    <div className="stages">
      <div className="stage-bar" aria-hidden="true">
        {steps.map((each) => (
          <span key={each} className={each < step ? 'done' : each === step ? 'current' : 'due'} />
        ))}
      </div>
      <p className="stage-count">
        {text.status.step(step, of)}
        {state.attempt > 1 ? ` · ${text.status.attempt(state.attempt)}` : ''}
      </p>
    </div>
  );
}

function WaitingReason({ state }: { readonly state: Extract<ConnectionState, { state: 'waiting' }> }) {
  const { catalogue, text } = useWords();
  const { title, sentence } = failureText(state.because, catalogue);
  return (
    <section className="card">
      <p>
        <strong>
          {text.status.because} {title}.
        </strong>{' '}
        {sentence}
      </p>
    </section>
  );
}

interface ConnectedProps {
  readonly profile: ProfileView;
  readonly tunnel: TunnelFacts;
}

function dnsText({ dns, dnsUse }: TunnelFacts, none: string, catalogue: Catalogue): string {
  const servers = dns.length === 0 ? none : dns.join(', ');
  return dnsUse === undefined ? servers : `${servers}: ${catalogue.dnsUse[dnsUse]}`;
}

function Connected({ profile, tunnel }: ConnectedProps) {
  const { text, catalogue, locale } = useWords();
  const last = useStatistics(profile.id, true).at(-1);
  const words = text.status;
  const { address6 } = tunnel;
  const gateway = { label: words.gateway, value: tunnel.gateway };
  // Two to a row: addresses beside each other, and so are rates.
  const facts: Fact[] = [
    { label: words.address, value: tunnel.address },
    address6 === undefined ? gateway : { label: words.address6, value: address6, length: 'wide' },
    { label: words.received, value: last === undefined ? words.none : rateText(last.receiveRate, locale) },
    { label: words.sent, value: last === undefined ? words.none : rateText(last.sendRate, locale) },
    {
      label: words.router,
      value:
        profile.server === tunnel.routerAddress
          ? profile.server
          : `${profile.server} (${tunnel.routerAddress})`,
      length: 'wide',
    },
    ...(address6 === undefined ? [] : [gateway]),
    { label: words.cipher, value: tunnel.cipher, length: 'wide' },
    { label: words.authentication, value: tunnel.authentication },
    tunnel.interfaceName === undefined
      ? { label: words.mtu, value: String(tunnel.mtu) }
      : { label: words.interfaceName, value: `${tunnel.interfaceName}, ${words.mtu} ${tunnel.mtu}` },
    {
      label: words.dns,
      value: dnsText(tunnel, words.none, catalogue),
      length: tunnel.dnsUse === undefined ? 'wide' : 'sentence',
    },
  ];
  return (
    <section className="card status-facts">
      <FactList facts={facts} />
    </section>
  );
}

function ProfileFacts({ profile }: { readonly profile: ProfileView }) {
  const { text, catalogue } = useWords();
  const words = text.status;
  return (
    <section className="card status-facts">
      <FactList
        facts={[
          {
            label: words.server,
            value: profile.port === 443 ? profile.server : serverAddressText(profile),
          },
          { label: words.serverType, value: catalogue.serverType[profile.serverType] },
          { label: words.userName, value: profile.userName === '' ? words.none : profile.userName },
          { label: text.editor.authentication, value: text.editor.authentications[profile.authentication] },
        ]}
      />
    </section>
  );
}
