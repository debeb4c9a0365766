import { existsSync } from 'node:fs';

/** The D-Bus specification's default, "Well-known Message Bus Instances". */
const USUAL_PATHS = ['/run/dbus/system_bus_socket', '/var/run/dbus/system_bus_socket'] as const;

/** Where this machine's system bus is. Undefined where there is none. */
export function systemBusAddress(
  environment: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const given = environment['DBUS_SYSTEM_BUS_ADDRESS'];
  if (given !== undefined && given !== '') return given;
  const path = USUAL_PATHS.find((each) => existsSync(each));
  return path === undefined ? undefined : `unix:path=${path}`;
}
