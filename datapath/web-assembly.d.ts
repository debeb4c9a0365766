/** What is used of it: TypeScript knows it as a part of browsers, Node has it too. */
declare namespace WebAssembly {
  type Module = object;
  const Module: new (bytes: Uint8Array) => Module;

  interface Memory {
    readonly buffer: ArrayBuffer;
  }
  /** In pages of 64 KiB. */
  const Memory: new (pages: { readonly initial: number; readonly maximum: number }) => Memory;

  interface Instance {
    readonly exports: Readonly<Record<string, unknown>>;
  }
  const Instance: new (
    module: Module,
    imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>,
  ) => Instance;
}
