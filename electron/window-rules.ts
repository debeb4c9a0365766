/** What the shell does with its window, decided without it. */

export interface DeskFacts {
  readonly system: NodeJS.Platform;
  /** The desktop shows tray icons now. */
  readonly hasTray: boolean;
}

/** Where a window that hides can be brought back from: the tray, or the Dock, which every Mac has. */
function canComeBack({ system, hasTray }: DeskFacts): boolean {
  return hasTray || system === 'darwin';
}

/** The user closes the window. Without a place to bring it back from, a hidden one would be lost for ever. */
export function whenClosed(desk: DeskFacts, isQuitting: boolean): 'close' | 'hide' | 'quit' {
  if (isQuitting) return 'close';
  return canComeBack(desk) ? 'hide' : 'quit';
}

/** How the window shows at the start. */
export function atStart(
  desk: DeskFacts,
  startMinimised: boolean,
  atLogin: boolean,
): 'show' | 'hide' | 'minimise' {
  if (!startMinimised && !atLogin) return 'show';
  return canComeBack(desk) ? 'hide' : 'minimise';
}

/** A tunnel came up. A window without a tray stays: there it shows that the tunnel is up. */
export function onConnected(desk: DeskFacts, minimiseToTrayOnConnect: boolean): 'stay' | 'hide' {
  return minimiseToTrayOnConnect && desk.hasTray ? 'hide' : 'stay';
}

/** The tray came or went, for example with an extension of the desktop. */
export function onTrayChange(desk: DeskFacts, isWindowHidden: boolean): 'stay' | 'show' {
  return isWindowHidden && !canComeBack(desk) ? 'show' : 'stay';
}

export interface QuitFacts {
  /** Names of the profiles that are connected or about to be. */
  readonly connected: readonly string[];
  readonly stage: 'running' | 'asking' | 'leaving' | 'left';
  /** The session or the machine ends: a question would hold it up. */
  readonly isSessionEnding: boolean;
}

/** Somebody wants the program to end. `leave`: take everything down, then end. */
export function whenQuitting({
  connected,
  stage,
  isSessionEnding,
}: QuitFacts): 'ask' | 'leave' | 'wait' | 'end' {
  if (stage === 'left') return 'end';
  if (stage === 'leaving') return 'wait';
  if (isSessionEnding || connected.length === 0) return 'leave';
  return stage === 'asking' ? 'wait' : 'ask';
}
