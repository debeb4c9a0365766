import { assertNever } from '../../shared/assert-never.ts';
import type { ConnectionState, FailureCause, Prompt } from '../../shared/connection.ts';

type Redact = (text: string) => string;

/** A router may repeat in its error what it was sent: what it says is shown without secrets, as in the log. */
export function redactedState(state: ConnectionState, redact: Redact): ConnectionState {
  switch (state.state) {
    case 'failed':
      return { ...state, cause: redactedCause(state.cause, redact) };
    case 'waiting':
      return { ...state, because: redactedCause(state.because, redact) };
    case 'prompting':
      return { ...state, prompt: redactedPrompt(state.prompt, redact) };
    case 'disconnected':
    case 'connecting':
    case 'connected':
    case 'disconnecting':
      return state;
    default:
      return assertNever(state);
  }
}

function redactedPrompt(prompt: Prompt, redact: Redact): Prompt {
  if (prompt.kind !== 'credentials' || prompt.because === undefined) return prompt;
  return { ...prompt, because: redactedCause(prompt.because, redact) };
}

/** Only where there is somebody else's text: elsewhere a PIN of four digits could stand for a port. */
function redactedCause(cause: FailureCause, redact: Redact): FailureCause {
  if ('detail' in cause) return { ...cause, detail: redact(cause.detail) };
  if (cause.kind === 'link-lost') return { ...cause, reason: redact(cause.reason) };
  return cause;
}
