import { useId, useState } from 'react';
import type { CertificateFacts, Prompt } from '../../shared/connection.ts';
import type { ProfileView } from '../../shared/contract/snapshot-schema.ts';
import { failureText } from '../../shared/failure-text.ts';
import { dateText } from '../logic/quantity.ts';
import { useSurroundings, useWords, type Words } from './app-context.ts';
import { FactList, type Fact } from './fact-list.tsx';
import { Check } from './field.tsx';
import { WarningIcon } from './icons.tsx';
import { BlockedNote, CancelWord } from './blocked-note.tsx';
import { Modal } from './modal.tsx';
import { useAnswer } from './use-answer.ts';

interface CertificateProps {
  readonly profile: ProfileView;
  readonly cause: Extract<Prompt, { kind: 'certificate' }>['cause'];
}

/** Whether to trust the router. For one whose certificate changed it is asked twice. */
export function CertificateDialog({ profile, cause }: CertificateProps) {
  const { client, actions } = useSurroundings();
  const words = useWords();
  const { text, catalogue } = words;
  const { title, sentence, nextStep } = failureText(cause, catalogue);
  const isChanged = cause.kind === 'certificate-changed';
  const [isConfirmed, setIsConfirmed] = useState(false);
  const { isSending, problem, send } = useAnswer();
  const id = useId();
  const mayTrust = !isSending && (!isChanged || isConfirmed);
  const cancel = (): void => {
    void client.call('dismissPrompt', { profileId: profile.id }).then((reply) => {
      if (!reply.ok) actions.disconnect(profile.id);
    });
  };
  const trust = (): void => {
    if (!mayTrust) return;
    const { publicKeySha256 } = cause.certificate;
    send(client.call('trustCertificate', { profileId: profile.id, publicKeySha256 }));
  };
  return (
    <Modal
      title={title}
      size="large"
      content="question"
      describedBy={`${id}-who ${id}-what ${id}-next`}
      tone={isChanged ? 'warning' : 'plain'}
      onCancel={cancel}
      onSubmit={trust}
      buttons={
        <>
          {/* Beside the button that waits for it, not below what has to be scrolled. */}
          {isChanged ? (
            <Check label={text.certificate.understood} isChecked={isConfirmed} onChange={setIsConfirmed} />
          ) : undefined}
          <button type="button" onClick={cancel}>
            <CancelWord />
          </button>
          <button type="submit" className={isChanged ? 'danger' : 'primary'} disabled={!mayTrust}>
            {isChanged ? text.certificate.trustChanged : text.certificate.trust}
          </button>
        </>
      }
    >
      <BlockedNote />
      <p className="prompt-title" id={`${id}-who`}>
        <bdi>{profile.name}</bdi> · <bdi>{profile.server}</bdi>
      </p>
      <div className={isChanged ? 'alarm' : undefined} role={isChanged ? 'alert' : undefined}>
        {isChanged ? <WarningIcon /> : undefined}
        <p id={`${id}-what`}>{sentence}</p>
      </div>
      <p id={`${id}-next`}>{nextStep}</p>
      {problem === undefined ? undefined : (
        <p className="form-error" role="alert">
          {problem}
        </p>
      )}
      <FactList facts={certificateFacts(cause.certificate, words)} />
      {isChanged ? (
        <FactList
          facts={[
            { label: text.certificate.trustedKey, value: cause.trustedPublicKeySha256, isCode: true },
            { label: text.certificate.offeredKey, value: cause.certificate.publicKeySha256, isCode: true },
          ]}
        />
      ) : undefined}
    </Modal>
  );
}

function certificateFacts(certificate: CertificateFacts, { text, locale }: Words): Fact[] {
  const words = text.certificate;
  const day = (iso: string): string => {
    const time = Date.parse(iso);
    return Number.isNaN(time) ? iso : dateText(time, locale);
  };
  return [
    { label: words.fingerprint, value: certificate.fingerprint, isCode: true },
    { label: words.subject, value: certificate.subject },
    {
      label: words.issuer,
      value: certificate.issuer === certificate.subject ? words.itself : certificate.issuer,
    },
    { label: words.names, value: certificate.names.length === 0 ? '—' : certificate.names.join(', ') },
    { label: words.valid, value: words.validity(day(certificate.validFrom), day(certificate.validTo)) },
  ];
}
