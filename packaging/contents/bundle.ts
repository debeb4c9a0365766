import { type InlineConfig, build } from 'vite';
import { inProject } from '../project.ts';
import { type BundledModules, modulesOf } from './bundled-modules.ts';
import { startedFiles } from './started-files.ts';

/** Loads a native library from a folder of its own, and is no part of the bundle. */
const NATIVE = 'koffi';
/** Builds the window in a checkout; an installed program has it built, and never asks. */
const DEVELOPERS = 'vite';

/**
 * The command line with everything it imports, as modules in one folder: a command still loads only its own. Nothing
 * is minified, so that a fault's stack can be read.
 */
export function bundleProgram(folder: string): Promise<BundledModules> {
  const external = [NATIVE, DEVELOPERS];
  return buildModules({
    configFile: false,
    root: inProject(),
    publicDir: false,
    plugins: [startedFiles()],
    ssr: { noExternal: true, external },
    build: {
      ssr: true,
      outDir: folder,
      target: 'node24',
      minify: false,
      rolldownOptions: {
        input: { main: inProject('cli', 'main.ts') },
        external,
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  });
}

/** Pages by the configuration that stands beside their sources. */
export function bundlePages(source: string, folder: string): Promise<BundledModules> {
  const configFile = inProject(source, 'vite.config.ts');
  return buildModules({ configFile, root: inProject(source), build: { outDir: folder } });
}

async function buildModules(config: InlineConfig): Promise<BundledModules> {
  // Whoever starts this: Vite goes by it more than by anything else, down to which React is taken.
  process.env['NODE_ENV'] = 'production';
  const built = await build({
    ...config,
    logLevel: 'warn',
    build: { ...config.build, emptyOutDir: true, reportCompressedSize: false },
  });
  return modulesOf(built);
}
