import { assertNever } from '../../shared/assert-never.ts';
import type { Prompt } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { CertificateDialog } from './certificate-dialog.tsx';
import { CredentialsDialog } from './credentials-dialog.tsx';
import { SecondStepDialog } from './second-step-dialog.tsx';

interface PromptProps {
  readonly profile: ProfileView;
  readonly prompt: Prompt;
}

/** A new question is a new dialog: nothing typed for one before it stays in the box. */
export function PromptDialog({ profile, prompt }: PromptProps) {
  switch (prompt.kind) {
    case 'credentials':
      return <CredentialsDialog key={promptKey(profile, prompt)} profile={profile} prompt={prompt} />;
    case 'certificate':
      return <CertificateDialog key={promptKey(profile, prompt)} profile={profile} cause={prompt.cause} />;
    case 'second-step':
      return <SecondStepDialog key={promptKey(profile, prompt)} profile={profile} prompt={prompt} />;
    default:
      return assertNever(prompt);
  }
}

function promptKey({ id }: ProfileView, prompt: Prompt): string {
  return JSON.stringify([id, prompt]);
}
