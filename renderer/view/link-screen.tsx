import type { LinkStatus } from '../window-transport.ts';
import { useWords } from './app-context.ts';
import { WarningIcon } from './icons.tsx';

/** Before the first snapshot, and when this window is not let in. */
export function LinkScreen({ link }: { readonly link: LinkStatus }) {
  const { text } = useWords();
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
