import { splitServer } from '../logic/editor-form.ts';
import { useWords } from './app-context.ts';
import { useEditor } from './editor-context.ts';
import { Check, Choice, Field } from './field.tsx';

export function GeneralSection() {
  const { form, change, error } = useEditor();
  const { text, catalogue } = useWords();
  const words = text.editor;
  return (
    <fieldset>
      <legend>{words.general}</legend>
      <Field
        label={words.name}
        value={form.name}
        error={error('name', text.field.name)}
        getsFocus
        onChange={(name) => {
          change({ name });
        }}
      />
      <Choice
        label={words.serverType}
        value={form.serverType}
        options={catalogue.serverType}
        hint={form.serverType === 'ssl' ? undefined : words.onlySsl}
        onChange={(serverType) => {
          change({ serverType });
        }}
      />
      <div className="field-group" role="group" aria-label={words.server}>
        <Field
          label={words.serverOnly}
          value={form.server}
          inputMode="url"
          error={error('server', text.field.server)}
          onChange={(server) => {
            change({ server });
          }}
          onBlur={() => {
            const { server, port } = splitServer(form);
            if (server !== form.server) change({ server, port });
          }}
        />
        <Field
          label={words.port}
          width="short"
          value={form.port}
          inputMode="numeric"
          error={error('port', text.field.port)}
          onChange={(port) => {
            change({ port });
          }}
        />
      </div>
    </fieldset>
  );
}

export function SignInSection() {
  const { form, change, error } = useEditor();
  const { text } = useWords();
  const words = text.editor;
  return (
    <fieldset>
      <legend>{words.security}</legend>
      <Choice
        label={words.authentication}
        value={form.authentication}
        options={words.authentications}
        onChange={(authentication) => {
          change({ authentication });
        }}
      />
      <Field
        label={words.userName}
        value={form.userName}
        error={error('userName', text.field.userName)}
        onChange={(userName) => {
          change({ userName });
        }}
      />
      <PasswordField />
      <Check
        label={words.rememberCredentials}
        isChecked={form.rememberCredentials}
        onChange={(rememberCredentials) => {
          change({ rememberCredentials });
        }}
      />
      <Check
        label={words.alwaysPrompt}
        isChecked={form.alwaysPrompt}
        onChange={(alwaysPrompt) => {
          change({ alwaysPrompt });
        }}
      />
    </fieldset>
  );
}

function PasswordField() {
  const { form, profile, platform, change, error } = useEditor();
  const { text } = useWords();
  const words = text.editor;
  if (form.authentication === 'motp') return <p className="field-hint">{words.motpPassword}</p>;
  const isKept = profile?.keeps.password === true;
  const hint = isKept ? words.passwordKept : words.passwordHint;
  const protection =
    platform.secretProtection === 'system' ? '' : text.settings.protection[platform.secretProtection];
  return (
    <>
      <Field
        label={words.password}
        type="password"
        autoComplete="new-password"
        value={form.password}
        isDisabled={!form.rememberCredentials || form.forgetPassword}
        error={error('password', text.field.password)}
        hint={`${hint} ${protection}`.trim()}
        onChange={(password) => {
          change({ password });
        }}
      />
      {isKept ? (
        <Check
          label={words.forgetPassword}
          isChecked={form.forgetPassword}
          onChange={(forgetPassword) => {
            change({ forgetPassword, password: '' });
          }}
        />
      ) : undefined}
    </>
  );
}

export function IpSection() {
  const { form, change, error } = useEditor();
  const { text } = useWords();
  const words = text.editor;
  return (
    <fieldset aria-label={words.ip}>
      <Choice
        label={words.ip}
        value={form.ipMode}
        options={words.ipModes}
        onChange={(ipMode) => {
          change({ ipMode });
        }}
      />
      {form.ipMode === 'auto' ? undefined : (
        <>
          <div className="field-group">
            <Field
              label={words.address}
              value={form.address}
              error={error('address', text.field.address)}
              onChange={(address) => {
                change({ address });
              }}
            />
            <Field
              label={words.netmask}
              value={form.netmask}
              error={error('netmask', text.field.netmask)}
              onChange={(netmask) => {
                change({ netmask });
              }}
            />
          </div>
          <Field
            label={words.ipDns}
            value={form.ipDns}
            error={error('ipDns', text.field.ipDns)}
            hint={words.listHint}
            onChange={(ipDns) => {
              change({ ipDns });
            }}
          />
        </>
      )}
    </fieldset>
  );
}
