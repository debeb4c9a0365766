import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { type BundledModules, modulesOf } from '../packaging/contents/bundled-modules.ts';

/**
 * Bundles what runs in Electron into `folder`: `main.js` and `tunnel-process.js` as modules for Node, `preload.cjs`
 * as one script for the sandbox, which loads no other file. Gives the source files that went into them.
 */
export async function buildElectron(folder: string): Promise<BundledModules> {
  const processes = await build(
    bundle(folder, { main: 'main.ts', 'tunnel-process': 'tunnel-process.ts' }, 'es'),
  );
  const preload = await build(bundle(folder, { preload: 'preload.ts' }, 'cjs'));
  return new Set([...modulesOf(processes), ...modulesOf(preload)]);
}

const SOURCES = join(import.meta.dirname, '..', 'electron');
/** Electron brings the one along; the other loads a native library from where it is installed. */
const EXTERNAL = ['electron', 'koffi'];

function bundle(folder: string, files: Readonly<Record<string, string>>, format: 'es' | 'cjs'): InlineConfig {
  const input = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(SOURCES, file)]));
  return {
    configFile: false,
    root: SOURCES,
    logLevel: 'warn',
    publicDir: false,
    // Everything else goes into the bundle: the package carries no folder of modules but koffi's.
    ssr: { noExternal: true, external: EXTERNAL },
    build: {
      ssr: true,
      outDir: folder,
      emptyOutDir: format === 'es',
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input,
        external: EXTERNAL,
        output: {
          format,
          entryFileNames: format === 'cjs' ? '[name].cjs' : '[name].js',
          chunkFileNames: '[name]-[hash].js',
        },
      },
    },
  };
}

if (import.meta.main) await buildElectron(join(import.meta.dirname, '..', 'dist', 'electron'));
