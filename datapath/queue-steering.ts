import type { Libc } from './libc.ts';
import { isLittleEndian } from './virtio-header.ts';

/** An eBPF instruction: what it does, its registers (source × 16 + target), how far it jumps, its number. */
type Instruction = readonly [operation: number, registers: number, jump: number, number: number];

/*
 * struct bpf_insn (linux/bpf.h), 8 bytes
 *
 *   0           1           2           4
 *   +-----------+-----------+-----------+-----------------------+
 *   | operation | registers | jump      | number                |
 *   +-----------+-----------+-----------+-----------------------+
 */
const INSTRUCTION_LENGTH = 8;

/*
 * The part of union bpf_attr that loading a program needs, 48 bytes
 *
 *   0        4              8                 16                    24          48
 *   +--------+--------------+-----------------+---------------------+-----------+
 *   | type   | instructions | address of them | address of licence  | none here |
 *   +--------+--------------+-----------------+---------------------+-----------+
 */
const ATTRIBUTES_LENGTH = 48;
const BPF_PROG_LOAD = 5;
const BPF_PROG_TYPE_SOCKET_FILTER = 1;
const TUNSETSTEERINGEBPF = 0x800454e0;
const UDP = 17;
/** IPv6's Fragment header (RFC 8200 §4.5). */
const FRAGMENT = 44;

/**
 * Runs for each packet that the kernel gives to the device, and says which queue it goes to: UDP to all but the first,
 * by its ports, everything else to the first. One that is too short for that, too. Fragments, of which only the first has
 * ports, stay together in one of UDP's.
 */
function steeringProgram(queues: number): readonly Instruction[] {
  return [
    [0xbf, 0x16, 0, 0], //         0  r6 = the packet, of which the loads are
    [0x30, 0x00, 0, 0], //         1  r0 = its first byte
    [0x74, 0x00, 0, 4], //         2  r0 >>>= 4: the version of IP
    [0x15, 0x00, 7, 6], //         3  of IPv6: on at 11
    [0x30, 0x00, 0, 9], //         4  r0 = the protocol
    [0x55, 0x00, 18, UDP], //      5  another than UDP: on at 24
    [0x28, 0x00, 0, 6], //         6  r0 = flags and fragment offset
    [0x54, 0x00, 0, 0x3fff], //    7  r0 &= More Fragments and the offset
    [0x55, 0x00, 13, 0], //        8  a fragment: on at 22
    [0x20, 0x00, 0, 20], //        9  r0 = both ports, behind a header without options
    [0x05, 0x00, 4, 0], //        10  on at 15
    [0x30, 0x00, 0, 6], //        11  r0 = the next header
    [0x15, 0x00, 9, FRAGMENT], // 12  a fragment: on at 22
    [0x55, 0x00, 10, UDP], //     13  another than UDP: on at 24
    [0x20, 0x00, 0, 40], //       14  r0 = both ports
    [0xbc, 0x01, 0, 0], //        15  r1 = r0
    [0x74, 0x01, 0, 16], //       16  r1 >>>= 16
    [0xac, 0x10, 0, 0], //        17  r0 ^= r1
    [0x54, 0x00, 0, 0xffff], //   18  r0 &= 0xffff
    [0x94, 0x00, 0, queues - 1], // 19  r0 %= queues - 1
    [0x04, 0x00, 0, 1], //        20  r0 += 1
    [0x95, 0x00, 0, 0], //        21  to queue r0
    [0xb4, 0x00, 0, 1], //        22  r0 = 1
    [0x95, 0x00, 0, 0], //        23  to queue r0
    [0xb4, 0x00, 0, 0], //        24  r0 = 0
    [0x95, 0x00, 0, 0], //        25  to queue r0
  ];
}

/**
 * Keeps a flood of UDP in queues of its own: what else there is does not get lost in an overflow that it did not cause.
 * `descriptor`: one queue of the device, which will have `queues` (2 or more). False = the kernel refused, and spreads
 * its packets as it likes.
 */
export function steerQueues(libc: Libc, descriptor: number, queues: number): boolean {
  if (!isLittleEndian()) return false;
  const loaded = loadProgram(libc, steeringProgram(queues));
  if (loaded < 0) return false;
  const argument = new Uint8Array(Int32Array.of(loaded).buffer);
  const isSteered = libc.ioctl(descriptor, TUNSETSTEERINGEBPF, argument) >= 0;
  // The device holds on to it.
  libc.close(loaded);
  return isSteered;
}

/** Its descriptor; negative = refused. */
function loadProgram(libc: Libc, instructions: readonly Instruction[]): number {
  const code = new DataView(new ArrayBuffer(instructions.length * INSTRUCTION_LENGTH));
  for (const [index, [operation, registers, jump, number]] of instructions.entries()) {
    const at = index * INSTRUCTION_LENGTH;
    code.setUint8(at, operation);
    code.setUint8(at + 1, registers);
    code.setInt16(at + 2, jump, true);
    code.setInt32(at + 4, number, true);
  }
  const codeBytes = new Uint8Array(code.buffer);
  // None: it calls nothing of the kernel's that asks for one.
  const licence = new Uint8Array(1);
  const attributes = new DataView(new ArrayBuffer(ATTRIBUTES_LENGTH));
  attributes.setUint32(0, BPF_PROG_TYPE_SOCKET_FILTER, true);
  attributes.setUint32(4, instructions.length, true);
  attributes.setBigUint64(8, BigInt(libc.addressOf(codeBytes)), true);
  attributes.setBigUint64(16, BigInt(libc.addressOf(licence)), true);
  return libc.bpf(BPF_PROG_LOAD, new Uint8Array(attributes.buffer));
}
