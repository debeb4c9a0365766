import type { ConnectionState, ConnectionStatistics } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { bytesText, clockText, countText, latencyText, rateText } from '../logic/quantity.ts';
import { useNow, useStatistics, useWords } from './app-context.ts';
import { HistoryTable } from './history-table.tsx';
import { RateChart } from './rate-chart.tsx';

interface StatisticsProps {
  readonly profile: ProfileView;
  readonly state: ConnectionState;
}

export function StatisticsView({ profile, state }: StatisticsProps) {
  const { text } = useWords();
  const isConnected = state.state === 'connected';
  const samples = useStatistics(profile.id, isConnected);
  return (
    <>
      {isConnected ? (
        <LiveStatistics samples={samples} since={state.since} />
      ) : (
        <p className="card empty">{text.statistics.notConnected}</p>
      )}
      <HistoryTable profileId={profile.id} />
    </>
  );
}

interface LiveProps {
  readonly samples: readonly ConnectionStatistics[];
  readonly since: number;
}

function LiveStatistics({ samples, since }: LiveProps) {
  const { text, locale } = useWords();
  const now = useNow(() => true);
  const words = text.statistics;
  const last = samples.at(-1);
  return (
    <>
      <section className="figures" aria-label={words.view}>
        <Direction
          label={words.received}
          kind="received"
          bytes={last?.receivedBytes ?? 0}
          packets={last?.receivedPackets ?? 0}
          rate={last?.receiveRate ?? 0}
          peak={last?.peakReceiveRate ?? 0}
        />
        <Direction
          label={words.sent}
          kind="sent"
          bytes={last?.sentBytes ?? 0}
          packets={last?.sentPackets ?? 0}
          rate={last?.sendRate ?? 0}
          peak={last?.peakSendRate ?? 0}
        />
        <dl className="card figure figure-pair">
          <div>
            <dt>{words.roundTrip}</dt>
            <dd className={last?.roundTrip === undefined ? 'figure-none' : 'figure-main'}>
              {last?.roundTrip === undefined ? words.unknown : latencyText(last.roundTrip, locale)}
            </dd>
          </div>
          <div>
            <dt>{words.uptime}</dt>
            <dd className="figure-main">{clockText((now - since) / 1000)}</dd>
          </div>
        </dl>
      </section>
      <section className="card">
        <h3>{words.chart}</h3>
        <RateChart samples={samples} />
      </section>
    </>
  );
}

interface DirectionProps {
  readonly label: string;
  readonly kind: 'received' | 'sent';
  readonly bytes: number;
  readonly packets: number;
  readonly rate: number;
  readonly peak: number;
}

function Direction({ label, kind, bytes, packets, rate, peak }: DirectionProps) {
  const { text, locale } = useWords();
  const words = text.statistics;
  return (
    <dl className="card figure">
      <dt>
        <span className={`line-key line-${kind}`} aria-hidden="true" /> {label}
      </dt>
      <dd className="figure-main">{bytesText(bytes, locale)}</dd>
      <dd className="figure-side">{words.packets(countText(packets, locale))}</dd>
      <dd className="figure-side">
        {rateText(rate, locale)} {words.rateNow}
      </dd>
      <dd className="figure-side">
        {rateText(peak, locale)} {words.ratePeak}
      </dd>
    </dl>
  );
}
