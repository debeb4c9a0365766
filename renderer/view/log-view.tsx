import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import type { LogLine } from '../../shared/contract.ts';
import { filteredLines, linesText } from '../logic/log-lines.ts';
import { logTimeText } from '../logic/quantity.ts';
import { useLogLines, useSurroundings, useWords } from './app-context.ts';
import { CopyButton } from './copy-button.tsx';
import { Choice } from './field.tsx';
import { ReportDialog } from './report-dialog.tsx';

/** The newest are shown; the report has all. */
const MOST_SHOWN = 500;

export function LogView() {
  const { client, actions } = useSurroundings();
  const { text, locale } = useWords();
  const words = text.log;
  const lines = useLogLines();
  const [level, setLevel] = useState<LogLine['level']>('info');
  const [filter, setFilter] = useState('');
  const [report, setReport] = useState<string>();
  const search = useDeferredValue(filter);
  const shown = useMemo(() => filteredLines(lines, level, search), [lines, level, search]);
  const newest = lines.at(-1)?.at ?? 0;
  const box = useFollowedEnd();
  const prepare = (): void => {
    void client.call('prepareReport', {}).then((reply) => {
      if (actions.tell(reply)) setReport(reply.value.text);
    });
  };
  return (
    <section className="log-view">
      <div className="log-tools">
        <Choice label={words.level} value={level} options={words.levels} onChange={setLevel} />
        <div className="field">
          <label htmlFor="log-filter">{words.filter}</label>
          <input
            id="log-filter"
            type="search"
            value={filter}
            onChange={({ target }) => {
              setFilter(target.value);
            }}
          />
        </div>
        <div className="button-row">
          <CopyButton
            label={words.copy}
            of={`${level} ${search}`}
            content={() => linesText(shown)}
            isDisabled={shown.length === 0}
          />
          <button type="button" onClick={prepare}>
            {words.report}
          </button>
        </div>
      </div>
      <div ref={box} className="log-lines" role="log" aria-label={words.lines} aria-live="off" tabIndex={0}>
        {shown.length === 0 ? <p className="empty">{words.empty}</p> : undefined}
        {shown.slice(-MOST_SHOWN).map((line) => (
          <p key={line.number} className={`log-line log-${line.level}`}>
            <span className="log-time">{logTimeText(line.at, newest, locale)}</span>
            <span className="log-level">{words.levelNames[line.level]}</span>
            <bdi className="log-text">{line.text}</bdi>
          </p>
        ))}
      </div>
      {report === undefined ? undefined : (
        <ReportDialog
          report={report}
          onClose={() => {
            setReport(undefined);
          }}
        />
      )}
    </section>
  );
}

/** Stays at the newest line unless someone scrolled up to read. */
function useFollowedEnd(): React.RefObject<HTMLDivElement | null> {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    const element = box.current;
    if (element === null) return undefined;
    const scrolled = (): void => {
      isAtEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < 8;
    };
    element.addEventListener('scroll', scrolled, { passive: true });
    return () => {
      element.removeEventListener('scroll', scrolled);
    };
  }, []);
  useEffect(() => {
    const element = box.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  });
  return box;
}
