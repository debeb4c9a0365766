import { registerHooks } from 'node:module';

/** `node --import` this, and `electron` is the double beside it. */
const DOUBLE = new URL('electron.ts', import.meta.url).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: DOUBLE, shortCircuit: true } : next(specifier, context),
});
