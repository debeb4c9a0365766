import { expect, test } from 'vitest';
import { editedProfile, newProfile, profileDraftSchema } from './profile-draft.ts';

const ID = '7f8b0c1e-6a52-4c3b-9d0e-1f2a3b4c5d6e';
const trustedCertificate = { publicKeySha256: 'a'.repeat(64), trustedAt: '2026-01-01T00:00:00.000Z' };
const draft = profileDraftSchema.parse({ name: 'Office', server: 'vpn.example.com' });
const trusting = { ...newProfile(draft, ID), trustedCertificate };

test('an edited profile keeps its id, and its trust while it is for the same router', () => {
  expect(editedProfile({ ...draft, name: 'Renamed' }, trusting)).toEqual({ ...trusting, name: 'Renamed' });
});

test('the same server in other letters is the same router', () => {
  const typed = { ...trusting, server: 'vpn.münchen.de' };
  for (const server of ['vpn.MÜNCHEN.de', 'vpn.xn--mnchen-3ya.de']) {
    expect(editedProfile({ ...draft, server }, typed)).toHaveProperty('trustedCertificate');
  }
});

test('another server or port is another router: nothing is trusted there yet', () => {
  expect(editedProfile({ ...draft, server: 'other.example.com' }, trusting)).not.toHaveProperty(
    'trustedCertificate',
  );
  expect(editedProfile({ ...draft, port: 4433 }, trusting)).not.toHaveProperty('trustedCertificate');
});

test('a draft cannot bring an id or trust of its own', () => {
  const parsed = profileDraftSchema.parse({ ...trusting });
  expect(parsed).not.toHaveProperty('id');
  expect(parsed).not.toHaveProperty('trustedCertificate');
});
