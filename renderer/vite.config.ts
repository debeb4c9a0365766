import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  // The page is served from a scheme of its own and from a loopback address: no absolute paths.
  base: './',
  plugins: [react()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome138',
    // The polyfill would be an inline script, which the page's policy forbids.
    modulePreload: { polyfill: false },
    // No data: URLs in styles for the same reason.
    assetsInlineLimit: 0,
    // Loaded from the disk or the same machine, all at once.
    chunkSizeWarningLimit: 900,
  },
});
