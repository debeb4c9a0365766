import { HOLDER_COMMAND } from './connect/holder-command.ts';
import type { DefineCommand } from './context.ts';

interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  /** Loaded when the command is called for, so that the program's own help comes at once. */
  load(): Promise<DefineCommand>;
}

export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'profile',
    summary: 'add, list, show, edit, remove, import and export profiles',
    load: async () => (await import('./commands/profile.ts')).defineProfile,
  },
  {
    name: 'connect',
    summary: 'connect a profile, and stay until disconnected',
    load: async () => (await import('./commands/connect.ts')).defineConnect,
  },
  {
    name: 'disconnect',
    summary: 'end the running connection',
    load: async () => (await import('./commands/disconnect.ts')).defineDisconnect,
  },
  {
    name: 'status',
    summary: 'what is connected, and how',
    load: async () => (await import('./commands/status.ts')).defineStatus,
  },
  {
    name: 'stats',
    summary: 'live traffic figures of the running connection',
    load: async () => (await import('./commands/stats.ts')).defineStats,
  },
  {
    name: 'log',
    summary: "the running connection's log",
    load: async () => (await import('./commands/log.ts')).defineLog,
  },
  {
    name: 'test',
    summary: 'sign in and ping the router through the tunnel, without a network device',
    load: async () => (await import('./commands/test.ts')).defineTest,
  },
  {
    name: 'doctor',
    summary: 'how this machine can have a tunnel; puts right what a crash left',
    load: async () => (await import('./commands/doctor.ts')).defineDoctor,
  },
  {
    name: 'ui',
    summary: 'show the window in the browser of this machine',
    load: async () => (await import('./commands/ui.ts')).defineUi,
  },
  {
    name: 'otp',
    summary: 'make one-time codes (mOTP, TOTP) and mOTP secrets',
    load: async () => (await import('./commands/otp.ts')).defineOtp,
  },
  {
    name: 'router',
    summary: 'run the router emulator: a DrayTek Vigor to try and test against',
    load: async () => (await import('./commands/router.ts')).defineRouter,
  },
];

/** Called by the program itself only. */
export const HIDDEN_COMMANDS: readonly CommandEntry[] = [
  {
    name: HOLDER_COMMAND,
    summary: 'hold a connection in the background (started by connect --background)',
    load: async () => (await import('./commands/hold.ts')).defineHold,
  },
  {
    name: 'compile',
    summary: 'compile what holds a connection (started by cli/smartvpn)',
    load: async () => (await import('./commands/compile.ts')).defineCompile,
  },
];
