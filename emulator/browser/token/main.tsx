import { createRoot } from 'react-dom/client';
import { z } from 'zod';
import { App } from './app.tsx';
import { Vault } from './vault.ts';
import './style/token.css';

// zod would compile parsers from text, which the page's policy forbids.
z.config({ jitless: true });

const place = document.querySelector('#app');
if (place !== null) {
  const root = createRoot(place);
  try {
    const vault = await Vault.open();
    root.render(<App vault={vault} stored={await vault.list()} />);
    // so that a browser short of room does not throw secrets away
    await navigator.storage?.persist?.();
  } catch {
    root.render(
      <main>
        <h1>mOTP token</h1>
        <p className="error">
          This browser refuses to keep anything on this device, so there can be no token here.
        </p>
      </main>,
    );
  }
}
// Refused by browsers that do not trust the router's certificate: the page works then while the router is there.
navigator.serviceWorker?.register('./sw.js').catch(() => undefined);
