import { guideWalk } from '../walks/guide-walk.ts';
import { browserShell } from './office.ts';

guideWalk(browserShell);
