/** The system's word for what went wrong ("ENOENT"), or a library's; undefined where an error has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
