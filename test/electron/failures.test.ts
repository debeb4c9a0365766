import { failuresWalk } from '../walks/failures-walk.ts';
import { desktopShell } from './desktop-office.ts';

failuresWalk(desktopShell);
