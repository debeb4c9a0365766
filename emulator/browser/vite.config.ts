import { join } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Two things for the router's web server: the script of the administrator's pages, and the token page. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  publicDir: 'public',
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
        main: join(import.meta.dirname, 'token/index.html'),
        sw: join(import.meta.dirname, 'token/sw.ts'),
      },
      output: {
        // Names that the router's pages and the browser know: `live.js`, and a service worker that stays the same.
        entryFileNames: ({ name }) =>
          name === 'live' ? 'live.js' : name === 'sw' ? 'token/sw.js' : 'token/[name]-[hash].js',
        chunkFileNames: 'token/[name]-[hash].js',
        assetFileNames: 'token/[name]-[hash][extname]',
      },
    },
  },
});
