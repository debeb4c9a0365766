import { isBlocked, type ConnectionState } from '../shared/connection.ts';
import { failureText } from '../shared/failure-text.ts';
import { statusLine } from '../shared/stage-text.ts';
import type { Catalogue } from '../shared/text/catalogue.ts';
import type { DesktopWords } from './desktop-words.ts';

export type Severity = 'info' | 'warning' | 'error';

/** One notification of the desktop. */
export interface Notice {
  readonly profileId: string;
  readonly severity: Severity;
  readonly title: string;
  readonly body: string;
}

export interface StateChange {
  readonly profileId: string;
  readonly profileName: string;
  readonly before: ConnectionState;
  readonly after: ConnectionState;
  /** Unix milliseconds. */
  readonly at: number;
}

export interface NoticeOptions {
  /** The setting. */
  readonly areWanted: boolean;
  /** The user has the window before him, which says the same. */
  readonly isWindowWatched: boolean;
  readonly catalogue: Catalogue;
  readonly words: DesktopWords;
}

interface Said {
  readonly profileId: string;
  readonly key: string;
  readonly at: number;
}

/** What was said of late; at most `MOST_IN_WINDOW` entries. */
export type NoticeMemory = readonly Said[];

/** A link that comes and goes says so once in this time, and everything together not more often than this. */
const WINDOW_MILLISECONDS = 60_000;
const MOST_IN_WINDOW = 6;
const LONGEST_TITLE = 120;
const LONGEST_BODY = 400;

interface Candidate extends Omit<Notice, 'profileId'> {
  readonly isShownBesideWindow: boolean;
}

/** Whether a change is worth a notification, and which. */
export function decideNotice(
  memory: NoticeMemory,
  change: StateChange,
  options: NoticeOptions,
): { readonly memory: NoticeMemory; readonly notice: Notice | undefined } {
  const { profileId, at } = change;
  const recent = stillValid(memory, change);
  const candidate = options.areWanted ? candidateFor(change, options) : undefined;
  const isSilent =
    candidate === undefined ||
    (options.isWindowWatched && !candidate.isShownBesideWindow) ||
    recent.length >= MOST_IN_WINDOW;
  if (isSilent) return { memory: recent, notice: undefined };
  const { severity } = candidate;
  const title = shortened(candidate.title, LONGEST_TITLE);
  const body = shortened(candidate.body, LONGEST_BODY);
  const key = JSON.stringify([severity, title]);
  if (recent.some((said) => said.profileId === profileId && said.key === key)) {
    return { memory: recent, notice: undefined };
  }
  return { memory: [...recent, { profileId, key, at }], notice: { profileId, severity, title, body } };
}

/** Once the user has ended a connection, the next one is a new story. A clock that went back forgets too. */
function stillValid(memory: NoticeMemory, { profileId, after, at }: StateChange): NoticeMemory {
  const isOver = after.state === 'disconnected';
  return memory.filter(
    (said) => Math.abs(at - said.at) < WINDOW_MILLISECONDS && !(isOver && said.profileId === profileId),
  );
}

function candidateFor(change: StateChange, options: NoticeOptions): Candidate | undefined {
  const { profileName, before, after, at } = change;
  const { catalogue, words } = options;
  if (before.state === after.state) return isUnblocked(change) ? unblocked(change, options) : undefined;
  switch (after.state) {
    case 'connected':
      // Without a device it was a test, whose outcome stands in the window.
      if (after.tunnel.interfaceName === undefined) return undefined;
      return {
        severity: 'info',
        title: words.connected(profileName),
        body: words.virtualAddress(after.tunnel.address),
        isShownBesideWindow: true,
      };
    case 'waiting':
      if (before.state !== 'connected') return undefined;
      return {
        severity: 'warning',
        title: words.lost(profileName),
        body: `${failureText(after.because, catalogue).sentence}\n${statusLine(after, at, catalogue)}`,
        isShownBesideWindow: true,
      };
    case 'failed': {
      const { title, sentence } = failureText(after.cause, catalogue);
      return {
        // The router ended it in its own good order: idle for long, or an administrator.
        severity: after.cause.kind === 'router-closed' ? 'warning' : 'error',
        title: words.failed(profileName, title),
        body: isBlocked(after) ? `${sentence}\n${catalogue.blocked.sentence}` : sentence,
        isShownBesideWindow: before.state === 'connected',
      };
    }
    case 'prompting':
      return {
        severity: 'info',
        title: words.needsYou(profileName),
        body: statusLine(after, at, catalogue),
        isShownBesideWindow: false,
      };
    case 'connecting':
    case 'disconnecting':
    case 'disconnected':
      return undefined;
  }
}

/** The tunnel is not back, and nothing keeps traffic from leaving past it any longer. */
function isUnblocked({ before, after }: StateChange): boolean {
  const isDown = after.state === 'waiting' || after.state === 'prompting' || after.state === 'failed';
  return isDown && isBlocked(before) && !isBlocked(after);
}

function unblocked({ profileName }: StateChange, { catalogue, words }: NoticeOptions): Candidate {
  return {
    severity: 'warning',
    title: words.unblocked(profileName),
    body: catalogue.blocked.ended,
    isShownBesideWindow: true,
  };
}

function shortened(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).toWellFormed()}…`;
}
