import { stat } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where this login's session bus is: as the environment says, or at systemd's place for it. Undefined where there is none;
 * none is started for us.
 */
export async function sessionBusAddress(environment: Environment = process.env): Promise<string | undefined> {
  const given = environment['DBUS_SESSION_BUS_ADDRESS'];
  if (given !== undefined && given !== '') return given;
  const runtime = environment['XDG_RUNTIME_DIR'];
  if (runtime === undefined || !isAbsolute(runtime)) return undefined;
  const path = join(runtime, 'bus');
  const isSocket = await stat(path).then(
    (facts) => facts.isSocket(),
    () => false,
  );
  return isSocket ? `unix:path=${path}` : undefined;
}
