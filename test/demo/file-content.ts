import { createHash } from 'node:crypto';

const BLOCK = 64 * 1024;

/** A file of `total` bytes whose every four bytes are their own offset: a piece lost, doubled or swapped shows. */
export function* fileContent(total: number): Generator<Buffer> {
  for (let start = 0; start < total; start += BLOCK) {
    const block = Buffer.alloc(Math.min(BLOCK, total - start));
    for (let offset = 0; offset + 4 <= block.length; offset += 4) block.writeUInt32BE(start + offset, offset);
    yield block;
  }
}

export function fileSha256(total: number): string {
  const hash = createHash('sha256');
  for (const block of fileContent(total)) hash.update(block);
  return hash.digest('hex');
}
