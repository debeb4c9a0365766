import { expect, test } from 'vitest';
import { z } from 'zod';
import { profileSchema } from '../../shared/profile.ts';
import { settingsSchema } from '../../shared/settings.ts';
import {
  historyEntrySchema,
  historyFormat,
  profilesFormat,
  removedProfilesFormat,
  settingsFormat,
} from './formats.ts';
import { isRecord, readDocument } from './versioned-document.ts';

/** Every field that can stand in a document, as `advanced.routes[]`. */
function fieldPaths(schema: unknown, path = ''): string[] {
  if (!isRecord(schema)) return [];
  const { properties, items, oneOf, anyOf } = schema;
  if (isRecord(properties)) {
    return Object.entries(properties).flatMap(([name, part]) =>
      fieldPaths(part, path === '' ? name : `${path}.${name}`),
    );
  }
  if (items !== undefined) return fieldPaths(items, `${path}[]`);
  const either = oneOf ?? anyOf;
  return Array.isArray(either) ? [...new Set(either.flatMap((part) => fieldPaths(part, path)))] : [path];
}

// A program drops fields it does not know when it writes. So a new field needs a new version, whose
// files older programs leave alone. When this fails: raise the format's version, add a migration in
// migrations/, and only then bring the list here up to date.
test('these versions of the documents have these fields and no others', () => {
  const formats = [profilesFormat, settingsFormat, historyFormat, removedProfilesFormat];
  expect(formats.map(({ version }) => version)).toEqual([2, 1, 1, 1]);
  const fields = (schema: z.ZodType): string[] => fieldPaths(z.toJSONSchema(schema, { io: 'input' })).sort();
  expect(fields(profileSchema)).toEqual([
    'advanced.blockWhenDown',
    'advanced.dns[]',
    'advanced.excludedRoutes[]',
    'advanced.framesPerRecord',
    'advanced.keepAliveSeconds',
    'advanced.legacyRenegotiation',
    'advanced.minimumTls',
    'advanced.mru',
    'advanced.reconnect',
    'advanced.routes[]',
    'advanced.searchDomains[]',
    'advanced.useDefaultGateway',
    'advanced.verifyServerCertificate',
    'alwaysPrompt',
    'authentication',
    'id',
    'ip.address',
    'ip.dns[]',
    'ip.mode',
    'ip.netmask',
    'name',
    'port',
    'rememberCredentials',
    'server',
    'serverType',
    'trustedCertificate.publicKeySha256',
    'trustedCertificate.trustedAt',
    'userName',
  ]);
  expect(fields(settingsSchema)).toEqual([
    'connectOnStart',
    'language',
    'minimiseToTrayOnConnect',
    'notifications',
    'reconnect',
    'startAtLogin',
    'startMinimised',
    'theme',
  ]);
  expect(fields(historyEntrySchema)).toEqual([
    'address',
    'end',
    'endedAt',
    'profileId',
    'profileName',
    'receivedBytes',
    'sentBytes',
    'startedAt',
  ]);
});

test('a profile of version 1 is read with what came later switched off', () => {
  const profile = { id: '204c9aff-af3c-41d3-8f47-6c85ab7ce2c9', name: 'Office', server: 'vpn.example.com' };
  const read = readDocument(profilesFormat, JSON.stringify({ version: 1, profiles: [profile] }));
  expect(read).toMatchObject({
    ok: true,
    value: {
      faults: [],
      value: [{ advanced: { excludedRoutes: [], blockWhenDown: false, framesPerRecord: 'many' } }],
    },
  });
});
