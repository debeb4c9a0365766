/** Put before a command, it may set up no network devices and routes, whoever starts it. */
export const WITHOUT_NETWORK_PRIVILEGE = [
  'setpriv',
  '--bounding-set',
  '-net_admin',
  '--inh-caps',
  '-net_admin',
] as const;

/** The same, where that would be this machine's own network; people who are not root may not anyway. */
export function sparingThisMachine(): readonly string[] {
  return process.geteuid?.() === 0 ? WITHOUT_NETWORK_PRIVILEGE : [];
}
