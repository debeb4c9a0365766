import { get } from 'node:http';

/** Downloads argv[2] again and again, so that a window has something to show; what fails is tried again later. */
const [, , url = ''] = process.argv;
const PAUSE_MILLISECONDS = 1500;
const DEADLINE_MILLISECONDS = 4000;

function download(): void {
  const request = get(url, { signal: AbortSignal.timeout(DEADLINE_MILLISECONDS) }, (response) => {
    response.resume();
  });
  request.on('error', () => undefined);
  request.on('close', () => setTimeout(download, PAUSE_MILLISECONDS * Math.random()));
}

download();
