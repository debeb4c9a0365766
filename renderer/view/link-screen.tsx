import type { Notice } from '../state/app-state.ts';
import { errorText } from '../text/error-text.ts';
import type { LinkStatus } from '../window-transport.ts';
import { useWords } from './app-context.ts';
import { WarningIcon } from './icons.tsx';

interface LinkProps {
  readonly link: LinkStatus;
  /** Why there is no first snapshot, when the program refused it. */
  readonly notice: Notice | undefined;
}

/** Before the first snapshot, and when this window is not let in. */
export function LinkScreen({ link, notice }: LinkProps) {
  const { text, catalogue } = useWords();
  if (link === 'connected' && notice?.kind === 'failed') {
    return (
      <main className="whole" role="alert">
        <h1>{text.link.failedTitle}</h1>
        <p>{errorText(notice.error, text, catalogue)}</p>
      </main>
    );
  }
  if (link === 'connecting' || link === 'connected') {
    return (
      <main className="whole">
        <p role="status">{text.link.starting}</p>
      </main>
    );
  }
  const isRefused = link === 'refused';
  return (
    <main className="whole" role="alert">
      <h1>{isRefused ? text.link.refusedTitle : text.link.lostTitle}</h1>
      <p>{isRefused ? text.link.refused : text.link.lost}</p>
    </main>
  );
}

export function LostLinkBanner() {
  const { text } = useWords();
  return (
    <div className="banner banner-warning" role="alert">
      <WarningIcon />
      <p>
        <strong>{text.link.lostTitle}.</strong> {text.link.lost}
      </p>
    </div>
  );
}
