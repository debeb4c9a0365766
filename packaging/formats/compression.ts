/** `small` is what is given to people; `fast` is for tests, which unpack it at once. */
export type Compression = 'small' | 'fast';
