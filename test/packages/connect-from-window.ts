import type { ConnectionState } from '../../shared/connection.ts';
import { profileDraftSchema } from '../../shared/profile-draft.ts';
import { openSocketWindow } from '../support/socket-window.ts';

/**
 * `connect-from-window.ts ADDRESS PORT`: a window of the `smartvpn ui` at ADDRESS adds a profile for the router on this
 * host's PORT, connects, trusting its certificate, prints the device's name, and disconnects.
 */
const [, , address = '', port = ''] = process.argv;
const window = await openSocketWindow(address);
const { client } = window;

const added = await client.call('addProfile', {
  profile: profileDraftSchema.parse({
    name: 'Window',
    server: '127.0.0.1',
    port: Number(port),
    userName: 'bob',
  }),
  secrets: { password: { change: 'set', value: 'correct horse' }, motpSecret: { change: 'keep' } },
});
if (!added.ok) throw new Error(JSON.stringify(added.error));
const profileId = added.value.profile.id;

const connected = new Promise<Extract<ConnectionState, { state: 'connected' }>>((resolve, reject) => {
  client.on('connection', ({ state }) => {
    if (state.state === 'prompting' && state.prompt.kind === 'certificate') {
      const { cause } = state.prompt;
      if (cause.kind !== 'certificate-unknown') throw new Error(cause.kind);
      const { publicKeySha256 } = cause.certificate;
      void client.call('trustCertificate', { profileId, publicKeySha256 });
    }
    if (state.state === 'connected') resolve(state);
    if (state.state === 'failed') reject(new Error(JSON.stringify(state)));
  });
});
await client.call('connect', { profileId, purpose: 'use' });
const { tunnel } = await connected;
process.stdout.write(`${tunnel.interfaceName}\n`);
await client.call('disconnect', { profileId });
await window.close();
