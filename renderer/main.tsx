import './zod-without-eval.ts';
import { createRoot } from 'react-dom/client';
import { contractClient } from '../shared/contract/contract-client.ts';
import { pressOnce } from './held-key.ts';
import { saveFile } from './save-file.ts';
import { createActions } from './state/actions.ts';
import { LogFeed } from './state/log-feed.ts';
import { StatisticsFeed } from './state/statistics-feed.ts';
import { createStore, followProgram } from './state/store.ts';
import { pageVisibility } from './state/visibility.ts';
import { windowTransport } from './transport.ts';
import { App } from './view/app.tsx';
import './style/theme.css';
import './style/controls.css';
import './style/frame.css';
import './style/views.css';
import './style/dialogs.css';
import './style/forced-colours.css';

const transport = windowTransport(window);
const client = contractClient(transport);
const store = createStore();
const visibility = pageVisibility(document);
const log = new LogFeed(client, visibility);
const statistics = new StatisticsFeed({
  client,
  visibility,
  schedule: (work) => {
    requestAnimationFrame(work);
  },
});
transport.onStatus(() => {
  if (transport.status() !== 'connected') return;
  log.restart();
  statistics.restart();
});
followProgram(store, client, transport);
pressOnce(document);

const place = document.querySelector('#app');
if (place !== null) {
  createRoot(place).render(
    <App
      surroundings={{
        store,
        client,
        actions: createActions(store, client, saveFile),
        statistics,
        log,
        visibility,
      }}
    />,
  );
}
