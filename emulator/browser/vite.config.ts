import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Two things for the router's web server: the script of the administrator's pages, and the token page. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../../dist/router-pages',
    emptyOutDir: true,
    target: 'chrome120',
    // The polyfill would be an inline script, and assets as data: URLs are refused by the pages' policy too.
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        live: join(import.meta.dirname, 'live/live.ts'),
      },
      output: {
        // A name that the router's pages know.
        entryFileNames: (chunk) => (chunk.name === 'live' ? 'live.js' : 'token/[name]-[hash].js'),
        chunkFileNames: 'token/[name]-[hash].js',
        assetFileNames: 'token/[name]-[hash][extname]',
      },
    },
  },
});
