import { PppProtocol } from '../shared/protocol/ppp-frame.ts';
import { performEnding } from './fault-actions.ts';
import type { FaultStage, FrameFault } from './faults.ts';
import { type Wire, renegotiate } from './wire.ts';

/** The stage that a control packet belongs to; undefined = no stage of its own. */
export function faultStageOf(protocol: number): FaultStage | undefined {
  switch (protocol) {
    case PppProtocol.lcp:
      return 'lcp';
    case PppProtocol.pap:
    case PppProtocol.chap:
      return 'authentication';
    case PppProtocol.ipcp:
      return 'ipcp';
    default:
      return undefined;
  }
}

/**
 * Carries out what needs the stream alone. `goes-on`: the session continues as usual; `gone`: nothing
 * of the session may follow. The others are the session's to carry out.
 */
export function strikeFrames(
  fault: FrameFault,
  wire: Wire,
  random: (length: number) => Uint8Array,
): 'goes-on' | 'gone' | 'refuse' | 'close' | 'expire' {
  if (wire.faults === undefined) return 'goes-on';
  switch (fault.action) {
    case 'slow':
      wire.faults.stream.slow(fault.millisecondsPerByte);
      return 'goes-on';
    case 'silent':
      wire.faults.stream.deafToKeepAlives();
      return 'goes-on';
    case 'renegotiate':
      renegotiate(wire);
      return 'goes-on';
    case 'refuse':
    case 'close':
    case 'expire':
      return fault.action;
    default:
      wire.faults.stream.mute();
      performEnding(fault.action, 'frame', wire.tls, wire.faults.raw, random);
      return 'gone';
  }
}
