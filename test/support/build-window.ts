import { loadPage } from '../../cli/ui/page-files.ts';

/** Builds the window that `smartvpn ui` serves as that does by itself: tests beside each other may have it started. */
const loaded = await loadPage(() => undefined);
if (!loaded.ok) throw new Error(loaded.error.message);
