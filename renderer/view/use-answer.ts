import { useState } from 'react';
import type { Reply } from '../../shared/contract/call-types.ts';
import { errorText } from '../text/error-text.ts';
import { useWords } from './app-context.ts';

export interface Answer {
  /** From the answer until the next question or the dialog's end. */
  readonly isSending: boolean;
  readonly problem: string | undefined;
  readonly send: (call: Promise<Reply<unknown>>) => void;
}

/** Sends a prompt's answer once; what goes wrong is said in the dialog, which stays. */
export function useAnswer(): Answer {
  const { text, catalogue } = useWords();
  const [isSending, setIsSending] = useState(false);
  const [problem, setProblem] = useState<string>();
  return {
    isSending,
    problem,
    send: (call) => {
      setIsSending(true);
      setProblem(undefined);
      void call.then((reply) => {
        if (reply.ok) return;
        setIsSending(false);
        setProblem(errorText(reply.error, text, catalogue));
      });
    },
  };
}
