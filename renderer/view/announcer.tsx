import { spokenState } from '../logic/spoken-state.ts';
import type { Announcement, Facts } from '../state/app-state.ts';
import { useWords } from './app-context.ts';

interface AnnouncerProps {
  readonly announcement: Announcement | undefined;
  readonly facts: Facts;
}

/** Tells screen readers about connections that change, whichever view is shown. */
export function Announcer({ announcement, facts }: AnnouncerProps) {
  const { catalogue } = useWords();
  const profile = facts.profiles.find(({ id }) => id === announcement?.profileId);
  return (
    <p className="unseen" role="status" aria-live="polite">
      {announcement === undefined || profile === undefined
        ? ''
        : `${profile.name}: ${spokenState(announcement.state, announcement.at, catalogue)}`}
    </p>
  );
}
