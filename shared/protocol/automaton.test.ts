import { describe, expect, test } from 'vitest';
import { type AutomatonEvent, type AutomatonState, restartTimerRuns, transition } from './automaton.ts';

/*
 * RFC 1661 §4.1 as printed, both halves side by side. r, p and x mark the restart and passive options
 * and crossed connections, none of which changes the transition.
 */
const RFC_TABLE = `
Up    | 2     | irc,scr/6 | -     | -             | -     | -     | -         | -         | -         | -
Down  | -     | -         | 0     | tls/1         | 0     | 1     | 1         | 1         | 1         | tld/1
Open  | tls/1 | 1         | irc,scr/6 | 3r        | 5r    | 5r    | 6         | 7         | 8         | 9r
Close | 0     | tlf/0     | 2     | 2             | 4     | 4     | irc,str/4 | irc,str/4 | irc,str/4 | tld,irc,str/4
TO+   | -     | -         | -     | -             | str/4 | str/5 | scr/6     | scr/6     | scr/8     | -
TO-   | -     | -         | -     | -             | tlf/2 | tlf/3 | tlf/3p    | tlf/3p    | tlf/3p    | -
RCR+  | -     | -         | sta/2 | irc,scr,sca/8 | 4     | 5     | sca/8     | sca,tlu/9 | sca/8     | tld,scr,sca/8
RCR-  | -     | -         | sta/2 | irc,scr,scn/6 | 4     | 5     | scn/6     | scn/7     | scn/6     | tld,scr,scn/6
RCA   | -     | -         | sta/2 | sta/3         | 4     | 5     | irc/7     | scr/6x    | irc,tlu/9 | tld,scr/6x
RCN   | -     | -         | sta/2 | sta/3         | 4     | 5     | irc,scr/6 | scr/6x    | irc,scr/8 | tld,scr/6x
RTR   | -     | -         | sta/2 | sta/3         | sta/4 | sta/5 | sta/6     | sta/6     | sta/6     | tld,zrc,sta/5
RTA   | -     | -         | 2     | 3             | tlf/2 | tlf/3 | 6         | 6         | 8         | tld,scr/6
RUC   | -     | -         | scj/2 | scj/3         | scj/4 | scj/5 | scj/6     | scj/7     | scj/8     | scj/9
RXJ+  | -     | -         | 2     | 3             | 4     | 5     | 6         | 6         | 8         | 9
RXJ-  | -     | -         | tlf/2 | tlf/3         | tlf/2 | tlf/3 | tlf/3     | tlf/3     | tlf/3     | tld,irc,str/5
RXR   | -     | -         | 2     | 3             | 4     | 5     | 6         | 7         | 8         | ser/9
`;

const STATES: readonly AutomatonState[] = [
  'initial',
  'starting',
  'closed',
  'stopped',
  'closing',
  'stopping',
  'req-sent',
  'ack-rcvd',
  'ack-sent',
  'opened',
];
const EVENTS: readonly AutomatonEvent[] = [
  'Up',
  'Down',
  'Open',
  'Close',
  'TO+',
  'TO-',
  'RCR+',
  'RCR-',
  'RCA',
  'RCN',
  'RTR',
  'RTA',
  'RUC',
  'RXJ+',
  'RXJ-',
  'RXR',
];

const ROWS = RFC_TABLE.trim()
  .split('\n')
  .map((line) => line.split('|').map((cell) => cell.trim()));

/** Ours, printed as the RFC prints a cell. */
function printed(state: AutomatonState, event: AutomatonEvent): string {
  const change = transition(state, event);
  if (change === undefined) return '-';
  const next = STATES.indexOf(change.next);
  return change.actions.length === 0 ? `${next}` : `${change.actions.join(',')}/${next}`;
}

describe('the automaton of RFC 1661', () => {
  test('the table here has every event', () => {
    expect(ROWS.map((row) => row[0])).toEqual(EVENTS);
    expect(ROWS.every((row) => row.length === STATES.length + 1)).toBe(true);
  });

  test.each(EVENTS)('%s in every state', (event) => {
    const row = ROWS.find(([name]) => name === event);
    const expected = row?.slice(1).map((cell) => cell.replace(/[rpx]$/, ''));
    expect(STATES.map((state) => printed(state, event))).toEqual(expected);
  });

  test('the restart timer runs where a timeout is possible', () => {
    for (const state of STATES) {
      expect([state, restartTimerRuns(state)]).toEqual([state, transition(state, 'TO+') !== undefined]);
    }
  });
});
