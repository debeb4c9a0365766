import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { createPppClient } from '../client/session/ppp-client.ts';
import { createPppServer } from '../emulator/ppp-server.ts';
import { FrameDecoder } from '../shared/protocol/frame.ts';
import type { PppEffect } from '../shared/protocol/ppp-endpoint.ts';
import { encodePppData, pppInformationStart, pppProtocol } from '../shared/protocol/ppp-frame.ts';

/*
 * A real session between DrayOS 4 and the iOS client (2025), as it stands in the protocol's description:
 * magic 1, no MRU, a PAP Ack with identifier 0, the repeated request, header compression first.
 * Each line is one whole tunnel frame.
 */
const ROUTER = {
  lcpRequest: '00000012 ff03c021 0100000e 0304c023 050600000001',
  lcpAck: '00000012 ff03c021 0200000e 010405a2 05065a17c39e',
  papAckZero: '00000009 ff03c023 02000005 00',
  papAckThree: '00000009 ff03c023 02030005 00',
  ipcpCompression: '0000000e ff038021 0100000a 0206002d0f01',
  ipcpAddress: '0000000e ff038021 0101000a 0306c0a8f001',
  ipcpNak: '00000014 ff038021 03000010 0306c0a8f079 8106c0a8f014',
  ipcpAck: '00000014 ff038021 02010010 0306c0a8f079 8106c0a8f014',
};
const CLIENT = {
  lcpRequest: '00000012 ff03c021 0100000e 010405a2 05065a17c39e',
  lcpAck: '00000012 ff03c021 0200000e 0304c023 050600000001',
  papRequest: '00000017 ff03c023 01030013 0776706e75736572 06366564346534',
  ipcpReject: '0000000e ff038021 0400000a 0206002d0f01',
  ipcpAck: '0000000e ff038021 0201000a 0306c0a8f001',
  ipcpRequest: '00000014 ff038021 01000010 030600000000 810600000000',
  ipcpSecondRequest: '00000014 ff038021 01010010 0306c0a8f079 8106c0a8f014',
};

const hex = (text: string): Uint8Array => hexToBytes(text.replaceAll(' ', ''));

interface Endpoint {
  start(): readonly PppEffect<unknown>[];
  receive(protocol: number, information: Uint8Array): readonly PppEffect<unknown>[];
}

/** Drives an endpoint with bytes of the recorded peer; what it sends comes out as the frames of one call. */
function driver(endpoint: Endpoint, chunkSize: number) {
  const events: unknown[] = [];
  let sent: string[] = [];
  const carryOut = (effects: readonly PppEffect<unknown>[]): void => {
    for (const effect of effects) {
      if (effect.kind === 'send') sent.push(bytesToHex(encodePppData(effect.protocol, effect.information)));
      if (effect.kind === 'event') events.push(effect.event);
    }
  };
  const decoder = new FrameDecoder((_command, bytes, start, end) => {
    const information = bytes.slice(pppInformationStart(bytes, start, end), end);
    carryOut(endpoint.receive(pppProtocol(bytes, start, end), information));
  });
  const take = (): string[] => {
    const taken = sent;
    sent = [];
    return taken;
  };
  return {
    events,
    start(): string[] {
      carryOut(endpoint.start());
      return take();
    },
    feed(...frames: string[]): string[] {
      const bytes = hex(frames.join(''));
      for (let at = 0; at < bytes.length; at += chunkSize) {
        expect(decoder.push(bytes.subarray(at, at + chunkSize))).toBeUndefined();
      }
      return take();
    },
  };
}

const plain = (...frames: string[]): string[] => frames.map((frame) => frame.replaceAll(' ', ''));

describe.each([1, 3, 7, 4096])('the recorded session in chunks of %i bytes', (chunkSize) => {
  function recordedClient() {
    return driver(
      createPppClient({
        userName: 'vpnuser',
        password: '6ed4e4',
        mru: 1442,
        address: undefined,
        magic: 0x5a17c39e,
        // The PAP request's identifier is the only use of it here.
        random: (length) => new Uint8Array(length).fill(3),
        requestDns: 'primary',
      }),
      chunkSize,
    );
  }

  /*
   * Ours takes the Ack with identifier 0 for what it is, so it need not repeat its request and asks for
   * its address a round trip sooner; otherwise its bytes are those of the recorded client.
   */
  test('the client sends what the recorded client sent', () => {
    const client = recordedClient();
    expect(client.start()).toEqual(plain(CLIENT.lcpRequest));
    expect(client.feed(ROUTER.lcpRequest)).toEqual(plain(CLIENT.lcpAck));
    expect(client.feed(ROUTER.lcpAck)).toEqual(plain(CLIENT.papRequest));
    expect(client.feed(ROUTER.papAckZero)).toEqual(plain(CLIENT.ipcpRequest));
    expect(client.feed(ROUTER.papAckThree)).toEqual([]);
    expect(client.feed(ROUTER.ipcpCompression)).toEqual(plain(CLIENT.ipcpReject));
    expect(client.feed(ROUTER.ipcpAddress)).toEqual(plain(CLIENT.ipcpAck));
    expect(client.feed(ROUTER.ipcpNak)).toEqual(plain(CLIENT.ipcpSecondRequest));
    expect(client.feed(ROUTER.ipcpAck)).toEqual([]);
    expect(client.events.at(-1)).toEqual({
      kind: 'opened',
      address: '192.168.240.121',
      gateway: '192.168.240.1',
      netmask: undefined,
      dns: ['192.168.240.20'],
      mtu: 1442,
      authentication: 'PAP',
    });
  });

  test('the client gets there when the router’s frames arrive back to back', () => {
    const client = recordedClient();
    client.start();
    client.feed(ROUTER.lcpRequest, ROUTER.lcpAck);
    client.feed(ROUTER.papAckZero, ROUTER.papAckThree, ROUTER.ipcpCompression, ROUTER.ipcpAddress);
    client.feed(ROUTER.ipcpNak, ROUTER.ipcpAck);
    expect(client.events.at(-1)).toMatchObject({ kind: 'opened', address: '192.168.240.121' });
  });

  test('the server sends what the recorded router sent, in its order', () => {
    const server = driver(
      createPppServer({
        authentication: ['PAP'],
        quirks: {
          magicOne: true,
          offerNoMru: true,
          firstPapAckIdZero: true,
          askVanJacobsonFirst: true,
          // The recorded router had the address at once.
          lateNak: false,
        },
        mru: 1500,
        gateway: '192.168.240.1',
        dns: ['192.168.240.20'],
        name: 'DrayTek',
        random: (length) => new Uint8Array(length).fill(0xee),
        authenticate: (userName, matches) =>
          userName === 'vpnuser' && matches('6ed4e4') ? { ok: true } : { ok: false, message: 'refused' },
        assignAddress: () => '192.168.240.121',
      }),
      chunkSize,
    );
    expect(server.start()).toEqual(plain(ROUTER.lcpRequest));
    expect(server.feed(CLIENT.lcpRequest)).toEqual(plain(ROUTER.lcpAck));
    expect(server.feed(CLIENT.lcpAck)).toEqual([]);
    expect(server.feed(CLIENT.papRequest)).toEqual(plain(ROUTER.papAckZero));
    expect(server.feed(CLIENT.papRequest)).toEqual(plain(ROUTER.papAckThree, ROUTER.ipcpCompression));
    expect(server.feed(CLIENT.ipcpReject)).toEqual(plain(ROUTER.ipcpAddress));
    expect(server.feed(CLIENT.ipcpAck)).toEqual([]);
    expect(server.feed(CLIENT.ipcpRequest)).toEqual(plain(ROUTER.ipcpNak));
    expect(server.feed(CLIENT.ipcpSecondRequest)).toEqual(plain(ROUTER.ipcpAck));
    expect(server.events).toContainEqual({ kind: 'authenticated', userName: 'vpnuser', mode: 'PAP' });
    expect(server.events.at(-1)).toEqual({ kind: 'opened', address: '192.168.240.121', mtu: 1442 });
  });
});
