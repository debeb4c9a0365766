import { failuresWalk } from '../walks/failures-walk.ts';
import { browserShell } from './office.ts';

failuresWalk(browserShell);
