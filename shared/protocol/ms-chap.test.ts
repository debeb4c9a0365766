import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { md4 } from './md4.ts';
import {
  authenticatorResponse,
  challengeHash,
  decodeMsChapResponse,
  encodeMsChapResponse,
  encodeMsChapV2Response,
  formatMsChapFailure,
  msChapNtResponse,
  msChapV2NtResponse,
  ntPasswordHash,
  parseMsChapFailure,
} from './ms-chap.ts';

describe('RFC 2433 appendix B', () => {
  test('NT hash and response', () => {
    expect(bytesToHex(ntPasswordHash('MyPw'))).toBe('fc156af7edcd6c0edde3337d427f4eac');
    expect(bytesToHex(msChapNtResponse(hexToBytes('102db5df085d3041'), 'MyPw'))).toBe(
      '4e9d3c8f9cfd385d5bf4d3246791956ca4c351ab409a3d61',
    );
  });
});

describe('RFC 2759 §9.2', () => {
  const authenticator = hexToBytes('5b5d7c7d7b3f2f3e3c2c602132262628');
  const peer = hexToBytes('21402324255e262a28295f2b3a337c7e');

  test('challenge, hashes and responses', () => {
    expect(bytesToHex(challengeHash(peer, authenticator, 'User'))).toBe('d02e4386bce91226');
    expect(bytesToHex(ntPasswordHash('clientPass'))).toBe('44ebba8d5312b8d611474411f56989ae');
    expect(bytesToHex(md4(ntPasswordHash('clientPass')))).toBe('41c00c584bd2d91c4017a2a12fa59f3f');
    const response = msChapV2NtResponse(authenticator, peer, 'User', 'clientPass');
    expect(bytesToHex(response)).toBe('82309ecd8d708b5ea08faa3981cd83544233114a3d85d6df');
    expect(authenticatorResponse('clientPass', response, peer, authenticator, 'User')).toBe(
      'S=407A5589115FD0D6209F510FE9C04566932CDA56',
    );
  });

  test('a domain in front of the name does not count', () => {
    expect(challengeHash(peer, authenticator, 'CORP\\User')).toEqual(
      challengeHash(peer, authenticator, 'User'),
    );
  });
});

test('a password beyond ASCII is hashed as UTF-16', () => {
  expect(ntPasswordHash('ä')).toEqual(md4(Uint8Array.of(0xe4, 0)));
  expect(ntPasswordHash('€')).toEqual(md4(Uint8Array.of(0xac, 0x20)));
});

describe('the value of a Response', () => {
  const nt = new Uint8Array(24).fill(7);

  test('MS-CHAP: no LAN Manager response, flag set', () => {
    const value = encodeMsChapResponse(nt);
    expect(value).toHaveLength(49);
    expect(value.subarray(0, 24)).toEqual(new Uint8Array(24));
    expect(value[48]).toBe(1);
    expect(decodeMsChapResponse(value)?.ntResponse).toEqual(nt);
  });

  test('MS-CHAPv2: peer challenge, no flag', () => {
    const peer = new Uint8Array(16).fill(9);
    const value = encodeMsChapV2Response(peer, nt);
    expect(value[48]).toBe(0);
    expect(decodeMsChapResponse(value)).toEqual({ peerChallenge: peer, ntResponse: nt });
  });

  test('any other length is no response', () => {
    expect(decodeMsChapResponse(new Uint8Array(48))).toBeUndefined();
    expect(decodeMsChapResponse(new Uint8Array(50))).toBeUndefined();
  });
});

describe('the message of a Failure', () => {
  test.each([
    [646, 'outside-permitted-hours'],
    [647, 'account-disabled'],
    [648, 'password-expired'],
    [649, 'no-dial-in-permission'],
    [691, 'wrong-credentials'],
    [9999999999, 'wrong-credentials'],
  ])('E=%i', (code, refusal) => {
    const text = `E=${code} R=1 C=0123456789ABCDEF0123456789ABCDEF V=3 M=Sorry, no`;
    expect(parseMsChapFailure(text)).toEqual({ refusal, message: 'Sorry, no' });
    expect(parseMsChapFailure(`E=${code} R=0`)).toEqual({ refusal, message: '' });
  });

  test('another form is taken as a message', () => {
    expect(parseMsChapFailure('Login incorrect')).toEqual({
      refusal: 'wrong-credentials',
      message: 'Login incorrect',
    });
    expect(parseMsChapFailure('')).toEqual({ refusal: 'wrong-credentials', message: '' });
  });

  test('what we format we parse', () => {
    const text = formatMsChapFailure('account-disabled', new Uint8Array(16), 2, 'Disabled');
    expect(text).toBe('E=647 R=0 C=00000000000000000000000000000000 V=3 M=Disabled');
    expect(parseMsChapFailure(text)).toEqual({ refusal: 'account-disabled', message: 'Disabled' });
  });
});
