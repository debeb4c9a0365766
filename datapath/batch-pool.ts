/** A TLS record holds 2^14 bytes (RFC 8446 §5.1): a batch of whole frames fills one and never straddles two. */
export const BATCH_LENGTH = 16_384;

/** Spare batches kept for the next busy link: enough for a few at full speed, little for a thousand idle ones. */
const MAXIMUM_SPARE = 8;
const spare: Uint8Array[] = [];

/** A buffer of BATCH_LENGTH bytes with unspecified content. */
export function acquireBatch(): Uint8Array {
  return spare.pop() ?? Buffer.allocUnsafeSlow(BATCH_LENGTH);
}

/** Gives a batch back that nobody reads any more. */
export function releaseBatch(batch: Uint8Array): void {
  if (spare.length < MAXIMUM_SPARE) spare.push(batch);
}
