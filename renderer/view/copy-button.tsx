import { useState } from 'react';
import { useWords } from './app-context.ts';

interface CopyProps {
  readonly label: string;
  /** What the text is of: "Copied" is said until this is another. */
  readonly of: string;
  readonly content: () => string;
  readonly isDisabled: boolean;
}

/** Copies a text, and says whether that was done: a clipboard can be refused. */
export function CopyButton({ label, of, content, isDisabled }: CopyProps) {
  const { text } = useWords();
  const [last, setLast] = useState<{ readonly of: string; readonly isDone: boolean }>();
  const copy = (): void => {
    void navigator.clipboard.writeText(content()).then(
      () => {
        setLast({ of, isDone: true });
      },
      () => {
        setLast({ of, isDone: false });
      },
    );
  };
  return (
    <button type="button" disabled={isDisabled} onClick={copy}>
      <span aria-live="polite">{last?.of !== of ? label : last.isDone ? text.copied : text.notCopied}</span>
    </button>
  );
}
