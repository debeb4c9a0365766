import { keyboardWalk } from '../walks/keyboard-walk.ts';
import { browserShell } from './office.ts';

keyboardWalk(browserShell);
