/**
 * All that a stream gives; undefined when that is more than `maximumBytes`, and then the rest is left unread. Counted
 * while it comes: a device or a pipe has no size that could be asked for. Rejects with the system's error.
 */
export async function readAtMost(
  source: AsyncIterable<Buffer>,
  maximumBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of source) {
    length += chunk.length;
    // Leaving the loop closes the stream.
    if (length > maximumBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
