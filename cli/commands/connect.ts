import type { Command } from 'commander';
import type { Run } from '../context.ts';
export function defineConnect(_command: Command, _run: Run): void {}
