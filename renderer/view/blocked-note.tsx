import { createContext, useContext } from 'react';
import { useWords } from './app-context.ts';

/** Whether traffic is blocked while a dialog asks. */
export const BlockedContext = createContext(false);

/** What a dialog says of the block that goes on behind it. */
export function BlockedNote() {
  const isBlocked = useContext(BlockedContext);
  const { catalogue } = useWords();
  return isBlocked ? <p className="blocked-note">{catalogue.blocked.sentence}</p> : undefined;
}

/** On the button that ends the question: while traffic is blocked it does more than calling an attempt off. */
export function CancelWord() {
  const isBlocked = useContext(BlockedContext);
  const { text } = useWords();
  return isBlocked ? text.status.disconnect : text.cancel;
}
