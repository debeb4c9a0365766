import { expect, test } from 'vitest';
import { RecordKeeper } from './record-keeper.ts';
import type { HistoryEntry } from '../../shared/connection.ts';
import { ok } from '../../shared/result.ts';

function entry(address: string | undefined): HistoryEntry {
  return {
    profileId: 'a',
    profileName: 'office',
    startedAt: 1,
    endedAt: 2,
    address,
    receivedBytes: 3,
    sentBytes: 4,
    end: 'user',
  };
}

test('the last tunnel is told of, also when vain attempts came after it', async () => {
  const kept: HistoryEntry[] = [];
  const records = new RecordKeeper(
    {
      profiles: { change: () => Promise.reject(new Error('not asked for')) },
      history: {
        append: (one) => {
          kept.push(one);
          return Promise.resolve(ok(undefined));
        },
      },
    },
    () => undefined,
  );
  const tunnel = entry('192.168.240.9');
  await records.store.history.append(tunnel);
  await records.store.history.append(entry(undefined));
  expect(kept).toHaveLength(2);
  expect(records.lastTunnel).toBe(tunnel);
});
