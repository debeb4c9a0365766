/** Closes a `switch` over a union: a member without a case is a compile error here. */
export function assertNever(value: never): never {
  throw new Error(`a case is missing for ${JSON.stringify(value)}`);
}
