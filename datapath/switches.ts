import process from 'node:process';
import type { ReadWatchKind } from './read-watch.ts';
import type { TunOffload } from './tun-device.ts';

/** Parts of the data plane that can be done without, to find out what a fault or a figure comes from. */
export interface Switches {
  /** The most that is asked of a device. */
  readonly offload: TunOffload | 'none';
  readonly watch: ReadWatchKind;
  /** Several queues for a device, where they are asked for. */
  readonly manyQueues: boolean;
  readonly fairQueue: boolean;
  /** Checksums by SIMD instructions. */
  readonly simd: boolean;
  /** A server's TLS records past the queue of their stream. */
  readonly directRecords: boolean;
  /** Also where the profile allows many. */
  readonly oneFramePerRecord: boolean;
}

/** `text`: words with spaces between them; those that are none are passed over. */
export function parseSwitches(text: string): Switches {
  const words = new Set(text.split(/[\s,]+/));
  return {
    offload: words.has('no-offload') ? 'none' : words.has('no-udp-offload') ? 'tcp' : 'tcp-udp',
    watch: words.has('poll-watch') ? 'poll' : 'socket',
    manyQueues: !words.has('one-queue'),
    fairQueue: !words.has('no-fair-queue'),
    simd: !words.has('no-simd'),
    directRecords: !words.has('queued-records'),
    oneFramePerRecord: words.has('one-frame-records'),
  };
}

export const switches = parseSwitches(process.env['SMARTVPN_DATA_PLANE'] ?? '');
