import type { Facts } from '../state/app-state.ts';
import { LANGUAGE_NAMES } from '../text/window-texts.ts';
import { useSurroundings, useWords } from './app-context.ts';
import { Check, Choice } from './field.tsx';
import { WarningIcon } from './icons.tsx';
import { StartProfile } from './start-profile.tsx';

export function SettingsView({ facts }: { readonly facts: Facts }) {
  const { actions } = useSurroundings();
  const { text } = useWords();
  const { settings, platform, profiles } = facts;
  const words = text.settings;
  const change = actions.changeSettings;
  const isDesktop = platform.shell === 'electron';
  const trayHint = isDesktop ? words.noTray : words.needsDesktop;
  return (
    <div className="settings">
      <fieldset className="card">
        <legend>{words.start}</legend>
        <Check
          label={words.startAtLogin}
          isChecked={settings.startAtLogin}
          isDisabled={!platform.canStartAtLogin}
          hint={platform.canStartAtLogin ? undefined : words.needsDesktop}
          onChange={(startAtLogin) => {
            change({ startAtLogin });
          }}
        />
        <Check
          label={words.startMinimised}
          isChecked={settings.startMinimised}
          isDisabled={!isDesktop}
          hint={isDesktop ? undefined : words.needsDesktop}
          onChange={(startMinimised) => {
            change({ startMinimised });
          }}
        />
        <StartProfile
          profiles={profiles}
          profileId={settings.connectOnStart}
          onChange={(connectOnStart) => {
            change({ connectOnStart });
          }}
        />
      </fieldset>
      <fieldset className="card">
        <legend>{words.window}</legend>
        <Check
          label={words.minimiseToTrayOnConnect}
          isChecked={settings.minimiseToTrayOnConnect}
          isDisabled={!platform.hasTray}
          hint={platform.hasTray ? undefined : trayHint}
          onChange={(minimiseToTrayOnConnect) => {
            change({ minimiseToTrayOnConnect });
          }}
        />
        <Check
          label={words.notifications}
          isChecked={settings.notifications}
          isDisabled={!isDesktop}
          hint={isDesktop ? undefined : words.needsDesktop}
          onChange={(notifications) => {
            change({ notifications });
          }}
        />
      </fieldset>
      <fieldset className="card">
        <legend>{words.connection}</legend>
        <Check
          label={words.reconnect}
          isChecked={settings.reconnect}
          hint={words.reconnectHint}
          onChange={(reconnect) => {
            change({ reconnect });
          }}
        />
        <p className={platform.secretProtection === 'none' ? 'protection hint-warning' : 'protection'}>
          {platform.secretProtection === 'none' ? <WarningIcon /> : undefined}{' '}
          {words.protection[platform.secretProtection]}
        </p>
      </fieldset>
      <fieldset className="card">
        <legend>{words.look}</legend>
        <Choice
          label={words.theme}
          value={settings.theme}
          options={words.themes}
          onChange={(theme) => {
            change({ theme });
          }}
        />
        <Choice
          label={words.language}
          value={settings.language}
          options={{ system: words.languageSystem, ...LANGUAGE_NAMES }}
          onChange={(language) => {
            change({ language });
          }}
        />
      </fieldset>
      <p className="about">
        {text.appName} · {words.version(facts.appVersion)}
      </p>
    </div>
  );
}
