import { useEffect, useRef, useState } from 'react';
import type { HistoryEntry } from '../../shared/connection.ts';
import { bytesText, clockText, dateTimeText } from '../logic/quantity.ts';
import { useAppState, useSurroundings, useWords } from './app-context.ts';

/** More are kept; nobody reads them here. */
const MOST_SHOWN = 50;

export function HistoryTable({ profileId }: { readonly profileId: string }) {
  const { client, actions, store } = useSurroundings();
  const { link } = useAppState(store);
  const { text, catalogue, locale } = useWords();
  const words = text.statistics;
  /** Undefined until the program has told. */
  const [entries, setEntries] = useState<readonly HistoryEntry[]>();
  const card = useRef<HTMLElement>(null);
  useEffect(() => {
    // What ended while the program could not be reached nobody was told: it is asked for when it can be.
    if (link !== 'connected') return undefined;
    let isCurrent = true;
    void client.call('history', { profileId }).then((reply) => {
      if (isCurrent && actions.tell(reply)) setEntries(reply.value.entries);
    });
    const endEntries = client.on('history', ({ entry }) => {
      if (entry.profileId === profileId) setEntries((before = []) => [entry, ...before]);
    });
    const endCleared = client.on('historyCleared', (cleared) => {
      if (cleared.profileId === profileId) setEntries([]);
    });
    return () => {
      isCurrent = false;
      endEntries();
      endCleared();
    };
  }, [client, actions, link, profileId]);
  const clear = (): void => {
    // The buttons go with what they clear.
    card.current?.focus();
    actions.clearHistory(profileId);
  };
  return (
    <section className="card" ref={card} tabIndex={-1}>
      <div className="card-head">
        <h3>{words.history}</h3>
        {entries === undefined || entries.length === 0 ? undefined : <ClearButton onClear={clear} />}
      </div>
      {entries === undefined ? undefined : entries.length === 0 ? (
        <p className="empty">{words.noHistory}</p>
      ) : (
        <div className="table-place" tabIndex={0} role="region" aria-label={words.history}>
          <table>
            <thead>
              <tr>
                <th scope="col">{words.when}</th>
                <th scope="col">{words.howLong}</th>
                <th scope="col">{words.howMuch}</th>
                <th scope="col">{words.whyEnded}</th>
              </tr>
            </thead>
            <tbody>
              {entries.slice(0, MOST_SHOWN).map((entry) => (
                <tr key={`${entry.startedAt}-${entry.endedAt}`}>
                  <td>{dateTimeText(entry.startedAt, locale)}</td>
                  <td>{clockText((entry.endedAt - entry.startedAt) / 1000)}</td>
                  <td>
                    {bytesText(entry.receivedBytes, locale)} / {bytesText(entry.sentBytes, locale)}
                  </td>
                  <td>{catalogue.ended(entry.end)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Asks first: there is no way back. */
function ClearButton({ onClear }: { readonly onClear: () => void }) {
  const { text } = useWords();
  const [step, setStep] = useState<'offered' | 'asking' | 'declined'>('offered');
  const words = text.statistics;
  if (step !== 'asking') {
    return (
      <button
        type="button"
        className="quiet"
        // The focus was on the button that has just gone.
        ref={step === 'declined' ? takeFocus : undefined}
        onClick={() => {
          setStep('asking');
        }}
      >
        {words.clear}
      </button>
    );
  }
  return (
    <div className="sure" role="group" aria-label={words.clearSure}>
      <span>{words.clearSure}</span>
      <div className="button-row">
        <button
          type="button"
          onClick={() => {
            setStep('offered');
            onClear();
          }}
        >
          {words.clearYes}
        </button>
        <button
          type="button"
          className="quiet"
          ref={takeFocus}
          onClick={() => {
            setStep('declined');
          }}
        >
          {text.cancel}
        </button>
      </div>
    </div>
  );
}

function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
