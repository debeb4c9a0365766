/*
 * The option negotiation automaton of RFC 1661 §4.1, as a table. States, events and actions have the
 * RFC's names; a cell that is not here is the RFC's "-": it cannot happen, and changes nothing.
 * Neither the restart option (r) nor the passive option (p) is used.
 */

export type AutomatonState =
  | 'initial'
  | 'starting'
  | 'closed'
  | 'stopped'
  | 'closing'
  | 'stopping'
  | 'req-sent'
  | 'ack-rcvd'
  | 'ack-sent'
  | 'opened';

/**
 * TO+ and TO-: the restart timer expired with the counter above or at zero. RCR+ and RCR-: a
 * Configure-Request that we accept or don't. RCN: Configure-Nak or -Reject. RXJ+ and RXJ-: a Code- or
 * Protocol-Reject that we can live with or can't. RXR: Echo and Discard.
 */
export type AutomatonEvent =
  | 'Up'
  | 'Down'
  | 'Open'
  | 'Close'
  | 'TO+'
  | 'TO-'
  | 'RCR+'
  | 'RCR-'
  | 'RCA'
  | 'RCN'
  | 'RTR'
  | 'RTA'
  | 'RUC'
  | 'RXJ+'
  | 'RXJ-'
  | 'RXR';

/**
 * This layer up, down, started, finished; initialize or zero the restart counter; send
 * Configure-Request, -Ack, -Nak or -Reject, Terminate-Request, -Ack, Code-Reject, Echo-Reply.
 */
export type AutomatonAction =
  'tlu' | 'tld' | 'tls' | 'tlf' | 'irc' | 'zrc' | 'scr' | 'sca' | 'scn' | 'str' | 'sta' | 'scj' | 'ser';

export interface Transition {
  readonly next: AutomatonState;
  readonly actions: readonly AutomatonAction[];
}

function to(next: AutomatonState, ...actions: AutomatonAction[]): Transition {
  return { next, actions };
}

type Row = Partial<Record<AutomatonEvent, Transition>>;

const TABLE: Readonly<Record<AutomatonState, Row>> = {
  initial: {
    Up: to('closed'),
    Open: to('starting', 'tls'),
    Close: to('initial'),
  },
  starting: {
    Up: to('req-sent', 'irc', 'scr'),
    Open: to('starting'),
    Close: to('initial', 'tlf'),
  },
  closed: {
    Down: to('initial'),
    Open: to('req-sent', 'irc', 'scr'),
    Close: to('closed'),
    'RCR+': to('closed', 'sta'),
    'RCR-': to('closed', 'sta'),
    RCA: to('closed', 'sta'),
    RCN: to('closed', 'sta'),
    RTR: to('closed', 'sta'),
    RTA: to('closed'),
    RUC: to('closed', 'scj'),
    'RXJ+': to('closed'),
    'RXJ-': to('closed', 'tlf'),
    RXR: to('closed'),
  },
  stopped: {
    Down: to('starting', 'tls'),
    Open: to('stopped'),
    Close: to('closed'),
    'RCR+': to('ack-sent', 'irc', 'scr', 'sca'),
    'RCR-': to('req-sent', 'irc', 'scr', 'scn'),
    RCA: to('stopped', 'sta'),
    RCN: to('stopped', 'sta'),
    RTR: to('stopped', 'sta'),
    RTA: to('stopped'),
    RUC: to('stopped', 'scj'),
    'RXJ+': to('stopped'),
    'RXJ-': to('stopped', 'tlf'),
    RXR: to('stopped'),
  },
  closing: {
    Down: to('initial'),
    Open: to('stopping'),
    Close: to('closing'),
    'TO+': to('closing', 'str'),
    'TO-': to('closed', 'tlf'),
    'RCR+': to('closing'),
    'RCR-': to('closing'),
    RCA: to('closing'),
    RCN: to('closing'),
    RTR: to('closing', 'sta'),
    RTA: to('closed', 'tlf'),
    RUC: to('closing', 'scj'),
    'RXJ+': to('closing'),
    'RXJ-': to('closed', 'tlf'),
    RXR: to('closing'),
  },
  stopping: {
    Down: to('starting'),
    Open: to('stopping'),
    Close: to('closing'),
    'TO+': to('stopping', 'str'),
    'TO-': to('stopped', 'tlf'),
    'RCR+': to('stopping'),
    'RCR-': to('stopping'),
    RCA: to('stopping'),
    RCN: to('stopping'),
    RTR: to('stopping', 'sta'),
    RTA: to('stopped', 'tlf'),
    RUC: to('stopping', 'scj'),
    'RXJ+': to('stopping'),
    'RXJ-': to('stopped', 'tlf'),
    RXR: to('stopping'),
  },
  'req-sent': {
    Down: to('starting'),
    Open: to('req-sent'),
    Close: to('closing', 'irc', 'str'),
    'TO+': to('req-sent', 'scr'),
    'TO-': to('stopped', 'tlf'),
    'RCR+': to('ack-sent', 'sca'),
    'RCR-': to('req-sent', 'scn'),
    RCA: to('ack-rcvd', 'irc'),
    RCN: to('req-sent', 'irc', 'scr'),
    RTR: to('req-sent', 'sta'),
    RTA: to('req-sent'),
    RUC: to('req-sent', 'scj'),
    'RXJ+': to('req-sent'),
    'RXJ-': to('stopped', 'tlf'),
    RXR: to('req-sent'),
  },
  'ack-rcvd': {
    Down: to('starting'),
    Open: to('ack-rcvd'),
    Close: to('closing', 'irc', 'str'),
    'TO+': to('req-sent', 'scr'),
    'TO-': to('stopped', 'tlf'),
    'RCR+': to('opened', 'sca', 'tlu'),
    'RCR-': to('ack-rcvd', 'scn'),
    RCA: to('req-sent', 'scr'),
    RCN: to('req-sent', 'scr'),
    RTR: to('req-sent', 'sta'),
    RTA: to('req-sent'),
    RUC: to('ack-rcvd', 'scj'),
    'RXJ+': to('req-sent'),
    'RXJ-': to('stopped', 'tlf'),
    RXR: to('ack-rcvd'),
  },
  'ack-sent': {
    Down: to('starting'),
    Open: to('ack-sent'),
    Close: to('closing', 'irc', 'str'),
    'TO+': to('ack-sent', 'scr'),
    'TO-': to('stopped', 'tlf'),
    'RCR+': to('ack-sent', 'sca'),
    'RCR-': to('req-sent', 'scn'),
    RCA: to('opened', 'irc', 'tlu'),
    RCN: to('ack-sent', 'irc', 'scr'),
    RTR: to('req-sent', 'sta'),
    RTA: to('ack-sent'),
    RUC: to('ack-sent', 'scj'),
    'RXJ+': to('ack-sent'),
    'RXJ-': to('stopped', 'tlf'),
    RXR: to('ack-sent'),
  },
  opened: {
    Down: to('starting', 'tld'),
    Open: to('opened'),
    Close: to('closing', 'tld', 'irc', 'str'),
    'RCR+': to('ack-sent', 'tld', 'scr', 'sca'),
    'RCR-': to('req-sent', 'tld', 'scr', 'scn'),
    RCA: to('req-sent', 'tld', 'scr'),
    RCN: to('req-sent', 'tld', 'scr'),
    RTR: to('stopping', 'tld', 'zrc', 'sta'),
    RTA: to('req-sent', 'tld', 'scr'),
    RUC: to('opened', 'scj'),
    'RXJ+': to('opened'),
    'RXJ-': to('stopping', 'tld', 'irc', 'str'),
    RXR: to('opened', 'ser'),
  },
};

/** What `event` does in `state`; undefined where the RFC has "-". */
export function transition(state: AutomatonState, event: AutomatonEvent): Transition | undefined {
  return TABLE[state][event];
}

/** States in which the restart timer runs (RFC 1661 §4.2). */
export function restartTimerRuns(state: AutomatonState): boolean {
  switch (state) {
    case 'closing':
    case 'stopping':
    case 'req-sent':
    case 'ack-rcvd':
    case 'ack-sent':
      return true;
    default:
      return false;
  }
}
