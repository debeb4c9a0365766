import { useState } from 'react';
import type { EditorField } from '../logic/editor-form.ts';
import { dateText } from '../logic/quantity.ts';
import { useWords } from './app-context.ts';
import { useEditor } from './editor-context.ts';
import { Check, Choice, Field } from './field.tsx';

const FIELDS: readonly EditorField[] = [
  'routes',
  'excludedRoutes',
  'dns',
  'searchDomains',
  'mru',
  'keepAliveSeconds',
];
const TLS_VERSIONS = { '1.2': 'TLS 1.2', '1.3': 'TLS 1.3' } as const;

export function AdvancedSection() {
  const { hasFault } = useEditor();
  const { text } = useWords();
  const [isOpen, setIsOpen] = useState(false);
  return (
    <details
      className="section"
      open={isOpen || hasFault(FIELDS)}
      onToggle={(event) => {
        setIsOpen(event.currentTarget.open);
      }}
    >
      <summary>{text.editor.advanced}</summary>
      <NetworkOptions />
      <SecurityOptions />
    </details>
  );
}

function NetworkOptions() {
  const { form, change, error } = useEditor();
  const { text } = useWords();
  const words = text.editor;
  return (
    <>
      <Check
        label={words.useDefaultGateway}
        hint={words.useDefaultGatewayHint}
        isChecked={form.useDefaultGateway}
        onChange={(useDefaultGateway) => {
          change({ useDefaultGateway });
        }}
      />
      <Field
        label={words.routes}
        value={form.routes}
        hint={words.routesHint}
        error={error('routes', text.field.routes)}
        onChange={(routes) => {
          change({ routes });
        }}
      />
      <Field
        label={words.excludedRoutes}
        value={form.excludedRoutes}
        hint={words.excludedRoutesHint}
        error={error('excludedRoutes', text.field.excludedRoutes)}
        onChange={(excludedRoutes) => {
          change({ excludedRoutes });
        }}
      />
      <Field
        label={words.dns}
        value={form.dns}
        hint={words.listHint}
        error={error('dns', text.field.dns)}
        onChange={(dns) => {
          change({ dns });
        }}
      />
      <Field
        label={words.searchDomains}
        value={form.searchDomains}
        hint={words.listHint}
        error={error('searchDomains', text.field.searchDomains)}
        onChange={(searchDomains) => {
          change({ searchDomains });
        }}
      />
      <div className="field-group">
        <Field
          label={words.mru}
          value={form.mru}
          inputMode="numeric"
          error={error('mru', text.field.mru)}
          onChange={(mru) => {
            change({ mru });
          }}
        />
        <Field
          label={words.keepAliveSeconds}
          value={form.keepAliveSeconds}
          inputMode="numeric"
          error={error('keepAliveSeconds', text.field.keepAliveSeconds)}
          onChange={(keepAliveSeconds) => {
            change({ keepAliveSeconds });
          }}
        />
      </div>
      <Check
        label={words.reconnect}
        isChecked={form.reconnect}
        onChange={(reconnect) => {
          change({ reconnect });
        }}
      />
      <Check
        label={words.blockWhenDown}
        hint={words.blockWhenDownHint}
        isChecked={form.blockWhenDown}
        onChange={(blockWhenDown) => {
          change({ blockWhenDown });
        }}
      />
    </>
  );
}

function SecurityOptions() {
  const { form, trusted, change } = useEditor();
  const { text, locale } = useWords();
  const words = text.editor;
  return (
    <>
      <Check
        label={words.verifyServerCertificate}
        isChecked={form.verifyServerCertificate}
        hint={form.verifyServerCertificate ? undefined : words.verifyOff}
        tone="warning"
        onChange={(verifyServerCertificate) => {
          change({ verifyServerCertificate });
        }}
      />
      {trusted === undefined ? undefined : (
        <Check
          label={words.forgetCertificate}
          hint={words.trusted(dateText(Date.parse(trusted.trustedAt), locale))}
          isChecked={form.forgetCertificate}
          onChange={(forgetCertificate) => {
            change({ forgetCertificate });
          }}
        />
      )}
      <Choice
        label={words.minimumTls}
        value={form.minimumTls}
        options={TLS_VERSIONS}
        onChange={(minimumTls) => {
          change({ minimumTls });
        }}
      />
      <Check
        label={words.legacyRenegotiation}
        hint={words.legacyHint}
        isChecked={form.legacyRenegotiation}
        onChange={(legacyRenegotiation) => {
          change({ legacyRenegotiation });
        }}
      />
      <Choice
        label={words.framesPerRecord}
        hint={words.framesPerRecordHint}
        value={form.framesPerRecord}
        options={words.recordSizes}
        onChange={(framesPerRecord) => {
          change({ framesPerRecord });
        }}
      />
    </>
  );
}
