import { basename, dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

/** A source file that is started, as a thread, and not imported: `new URL('./tunnel-thread.ts', import.meta.url)`. */
const STARTED = /new URL\((['"])(\.[^'"]+)\.ts\1, import\.meta\.url\)/g;

/** Each becomes a module of its own beside the others, under its own name. */
export function startedFiles(): Plugin {
  return {
    name: 'started-files',
    transform(code, id) {
      if (id.includes('node_modules') || code.search(STARTED) < 0) return undefined;
      const rewritten = code.replace(STARTED, (_, _quote: string, path: string) => {
        const fileName = `${basename(path)}.js`;
        this.emitFile({ type: 'chunk', id: resolve(dirname(id), `${path}.ts`), fileName });
        return `new URL('./${fileName}', import.meta.url)`;
      });
      return { code: rewritten, map: null };
    },
  };
}
