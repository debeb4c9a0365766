import { connectBus, type BusSignal } from '../dbus/message-bus.ts';
import { systemBusAddress } from '../dbus/system-bus-address.ts';

const MANAGER = 'org.freedesktop.login1.Manager';
const SLEEPS = { sender: 'org.freedesktop.login1', interface: MANAGER, member: 'PrepareForSleep' };
const DEADLINE_MILLISECONDS = 10_000;

/**
 * Calls back when the machine wakes up, as logind tells it on the system bus (org.freedesktop.login1(5)). Where there
 * is no system bus, never. `fault` gets a sentence for the log.
 */
export function watchSleep(woken: () => void, fault: (text: string) => void): () => void {
  const address = systemBusAddress();
  if (address === undefined) return () => undefined;
  const stopped = new AbortController();
  void listen(address, stopped.signal, woken, fault);
  return () => stopped.abort();
}

async function listen(
  address: string,
  stopped: AbortSignal,
  woken: () => void,
  fault: (text: string) => void,
): Promise<void> {
  const bus = await connectBus({ address, deadline: DEADLINE_MILLISECONDS });
  if (!bus.ok) {
    fault(`Sleep is not noticed: ${bus.error.detail}`);
    return;
  }
  stopped.addEventListener('abort', () => bus.value.close());
  if (stopped.aborted) {
    bus.value.close();
    return;
  }
  const listening = await bus.value.listen(SLEEPS, (signal) => {
    if (!stopped.aborted && isWaking(signal)) woken();
  });
  if (!listening.ok && !stopped.aborted) fault(`Sleep is not noticed: ${listening.error.detail}`);
}

/** True is said before the sleep, false after it. */
function isWaking({ body }: BusSignal): boolean {
  return body[0] === false;
}
