import { type CodelState, codelDrops, initialCodel } from './codel.ts';
import { flowHash } from './flow-hash.ts';

/** Packets that fit, 2 MiB: more than 0.1 s at 100 Mbit/s, and what is slower drops earlier by its age. */
export const QUEUE_SLOTS = 1365;
/** A frame of the largest MRU, a multiple of 8. */
export const SLOT_LENGTH = 1536;
const FLOW_COUNT = 256;
/** Bytes that a flow may send in one round (RFC 8290 §5.2.1: a packet). */
const QUANTUM = 1514;
const NONE = -1;

interface Flow {
  head: number;
  tail: number;
  packets: number;
  bytes: number;
  deficit: number;
  list: 'none' | 'new' | 'old';
  next: number;
  readonly codel: CodelState;
}

interface FlowList {
  first: number;
  last: number;
}

/**
 * The flow-queue controlled-delay scheduler (RFC 8290): flows take turns, those that have just begun come first, and
 * each keeps its queue short by CoDel. Whole frames in a fixed slab; when that is full the longest flow loses its oldest.
 *
 * Write a frame into `slab` at the offset that {@link reserve} gives, then {@link commit} it.
 */
export class FairQueue {
  readonly slab: Uint8Array = Buffer.allocUnsafeSlow(QUEUE_SLOTS * SLOT_LENGTH);
  /** Packets that were thrown away. */
  dropped = 0;
  readonly #flows: readonly Flow[] = Array.from({ length: FLOW_COUNT }, emptyFlow);
  readonly #nextSlot = new Int32Array(QUEUE_SLOTS);
  readonly #lengths = new Int32Array(QUEUE_SLOTS);
  readonly #arrivals = new Float64Array(QUEUE_SLOTS);
  readonly #fresh: FlowList = { first: NONE, last: NONE };
  readonly #old: FlowList = { first: NONE, last: NONE };
  #free = NONE;
  #reserved = NONE;
  #packets = 0;
  #bytes = 0;

  constructor() {
    this.clear();
  }

  get isEmpty(): boolean {
    return this.#packets === 0;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Where in the slab a frame may be written; always somewhere. */
  reserve(): number {
    if (this.#reserved === NONE) {
      if (this.#free === NONE) this.#dropFromLongest();
      this.#reserved = this.#free;
      this.#free = this.#nextSlot[this.#reserved] ?? NONE;
    }
    return this.#reserved * SLOT_LENGTH;
  }

  /** The frame that was written at the reserved place, `length` bytes, its packet `packetAt` bytes behind its beginning. */
  commit(length: number, packetAt: number, now: number): void {
    const slot = this.#reserved;
    if (slot === NONE) return;
    this.#reserved = NONE;
    this.#lengths[slot] = length;
    this.#arrivals[slot] = now;
    this.#nextSlot[slot] = NONE;
    const start = slot * SLOT_LENGTH;
    const index = flowHash(this.slab, start + packetAt, start + length) % FLOW_COUNT;
    const flow = this.#flow(index);
    if (flow.tail === NONE) flow.head = slot;
    else this.#nextSlot[flow.tail] = slot;
    flow.tail = slot;
    flow.packets += 1;
    flow.bytes += length;
    this.#packets += 1;
    this.#bytes += length;
    if (flow.list === 'none') {
      flow.deficit = QUANTUM;
      this.#append(this.#fresh, index, 'new');
    }
  }

  /**
   * The next frame to send: its place in the slab, -1 when none is left. It stays there until the next call;
   * {@link frameLength} tells its length. `most`: a longer one stays in the queue, and the answer is -1.
   */
  take(now: number, most: number): number {
    for (;;) {
      const list = this.#fresh.first === NONE ? this.#old : this.#fresh;
      const index = list.first;
      if (index === NONE) return NONE;
      const flow = this.#flow(index);
      if (flow.deficit <= 0) {
        flow.deficit += QUANTUM;
        this.#shift(list);
        this.#append(this.#old, index, 'old');
        continue;
      }
      this.#dropOld(flow, now);
      if (flow.head === NONE) {
        this.#shift(list);
        // A flow that ran empty as a new one waits one round as an old one, or it would always be new.
        if (list === this.#fresh && this.#old.first !== NONE) this.#append(this.#old, index, 'old');
        continue;
      }
      const length = this.#lengths[flow.head] ?? 0;
      if (length > most) return NONE;
      flow.deficit -= length;
      return this.#unlink(flow) * SLOT_LENGTH;
    }
  }

  frameLength(place: number): number {
    return this.#lengths[place / SLOT_LENGTH] ?? 0;
  }

  /** Empties it, for the next user. */
  clear(): void {
    for (let slot = 0; slot < QUEUE_SLOTS; slot += 1) this.#nextSlot[slot] = slot + 1;
    this.#nextSlot[QUEUE_SLOTS - 1] = NONE;
    this.#free = 0;
    this.#reserved = NONE;
    this.#packets = 0;
    this.#bytes = 0;
    for (const list of [this.#fresh, this.#old]) {
      list.first = NONE;
      list.last = NONE;
    }
    for (const flow of this.#flows) Object.assign(flow, emptyFlow());
  }

  #dropOld(flow: Flow, now: number): void {
    while (flow.head !== NONE) {
      const waited = now - (this.#arrivals[flow.head] ?? now);
      if (!codelDrops(flow.codel, now, waited, flow.packets === 1)) return;
      this.#unlink(flow);
      this.dropped += 1;
    }
  }

  /** RFC 8290 §4.1. */
  #dropFromLongest(): void {
    let longest = this.#flow(0);
    for (const flow of this.#flows) if (flow.bytes > longest.bytes) longest = flow;
    // Half of it, but not all at once: finding it costs more than dropping.
    for (let i = Math.min(64, Math.ceil(longest.packets / 2)); i > 0; i -= 1) {
      this.#unlink(longest);
      this.dropped += 1;
    }
  }

  #unlink(flow: Flow): number {
    const slot = flow.head;
    flow.head = this.#nextSlot[slot] ?? NONE;
    if (flow.head === NONE) flow.tail = NONE;
    const length = this.#lengths[slot] ?? 0;
    flow.packets -= 1;
    flow.bytes -= length;
    this.#packets -= 1;
    this.#bytes -= length;
    this.#nextSlot[slot] = this.#free;
    this.#free = slot;
    return slot;
  }

  #append(list: FlowList, index: number, name: 'new' | 'old'): void {
    const flow = this.#flow(index);
    flow.list = name;
    flow.next = NONE;
    if (list.last === NONE) list.first = index;
    else this.#flow(list.last).next = index;
    list.last = index;
  }

  #shift(list: FlowList): void {
    const flow = this.#flow(list.first);
    list.first = flow.next;
    if (list.first === NONE) list.last = NONE;
    flow.next = NONE;
    flow.list = 'none';
  }

  #flow(index: number): Flow {
    const flow = this.#flows[index];
    if (flow === undefined) throw new RangeError(`no flow ${index}`);
    return flow;
  }
}

function emptyFlow(): Flow {
  return {
    head: NONE,
    tail: NONE,
    packets: 0,
    bytes: 0,
    deficit: 0,
    list: 'none',
    next: NONE,
    codel: initialCodel(),
  };
}
