import { keyboardWalk } from '../walks/keyboard-walk.ts';
import { desktopShell } from './desktop-office.ts';

keyboardWalk(desktopShell);
