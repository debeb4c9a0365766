import { useWords } from './app-context.ts';
import { CloseIcon } from './icons.tsx';

/** The cross on a message. */
export function DismissButton({ onDismiss }: { readonly onDismiss: () => void }) {
  const { text } = useWords();
  return (
    <button
      type="button"
      className="quiet square"
      aria-label={text.dismiss}
      title={text.dismiss}
      onClick={onDismiss}
    >
      <CloseIcon />
    </button>
  );
}
