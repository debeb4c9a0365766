import { useState } from 'react';

export interface CopyButtonProps {
  readonly text: string;
  readonly isMain?: boolean;
}

/** Copies, and says whether it could: a browser may refuse. What it says is about this very text. */
export function CopyButton({ text, isMain = false }: CopyButtonProps) {
  const [last, setLast] = useState<{ readonly text: string; readonly label: string }>();
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setLast({ text, label: 'Copied' });
    } catch {
      setLast({ text, label: 'Not permitted: copy it by hand' });
    }
  };
  return (
    <button type="button" className={isMain ? 'main' : ''} aria-live="polite" onClick={() => void copy()}>
      {last?.text === text ? last.label : 'Copy'}
    </button>
  );
}
