import { join } from 'node:path';
import { z } from 'zod';
import type { RouterConfig } from './config.ts';
import { pppFields } from './ppp-config.ts';
import { parseJson, readStateFile, setAside, writeStateFile } from './state-file.ts';

/** The part of the configuration that the administrator changes while the router runs: [PPP General Setup]. */
export const pppSettingsSchema = pppFields
  .pick({ authentication: true, addressPool: true, mru: true })
  .extend({ dns: pppFields.shape.dns.unwrap() })
  .strip();

export type PppSettings = z.infer<typeof pppSettingsSchema>;

/** `<folder>/config.json`: what the administrator has set on the router's pages. */
const fileSchema = z.object({ version: z.literal(1), ppp: pppSettingsSchema });

/** The configuration with the administrator's settings over it. Problems are appended as sentences. */
export async function withPppSettings(
  config: RouterConfig,
  now: number,
  problems: string[],
): Promise<RouterConfig> {
  if (config.folder === undefined) return config;
  const path = join(config.folder, 'config.json');
  const text = await readStateFile(path);
  if (text === undefined) return config;
  const parsed = fileSchema.safeParse(parseJson(text));
  if (parsed.success) return { ...config, ppp: { ...config.ppp, ...parsed.data.ppp } };
  problems.push(`The settings' file was damaged and has been set aside as ${await setAside(path, now)}`);
  return config;
}

/** Rejects with the system's error when they cannot be written. */
export async function savePppSettings(folder: string | undefined, ppp: PppSettings): Promise<void> {
  if (folder === undefined) return;
  const content = { version: 1, ppp: pppSettingsSchema.parse(ppp) };
  await writeStateFile(join(folder, 'config.json'), `${JSON.stringify(content, undefined, 2)}\n`);
}
