/** A TLS record holds 2^14 bytes (RFC 8446 §5.1): a batch of whole frames fills one and never straddles two. */
export const BATCH_LENGTH = 16_384;
/** For links at full speed: several records in one write. */
export const LARGE_BATCH_LENGTH = 16 * BATCH_LENGTH;

/** Spare batches kept for the next busy link: enough for a few at full speed, little for a thousand idle ones. */
const MAXIMUM_SPARE = 8;
const MAXIMUM_SPARE_LARGE = 4;
const spare: Uint8Array[] = [];
const spareLarge: Uint8Array[] = [];

/** A buffer of BATCH_LENGTH bytes with unspecified content. */
export function acquireBatch(): Uint8Array {
  return spare.pop() ?? Buffer.allocUnsafeSlow(BATCH_LENGTH);
}

/** A buffer of LARGE_BATCH_LENGTH bytes with unspecified content. */
export function acquireLargeBatch(): Uint8Array {
  return spareLarge.pop() ?? Buffer.allocUnsafeSlow(LARGE_BATCH_LENGTH);
}

/** Gives a batch back, of either kind, that nobody reads any more. */
export function releaseBatch(batch: Uint8Array): void {
  const isLarge = batch.length === LARGE_BATCH_LENGTH;
  const pool = isLarge ? spareLarge : spare;
  if (pool.length < (isLarge ? MAXIMUM_SPARE_LARGE : MAXIMUM_SPARE)) pool.push(batch);
}
