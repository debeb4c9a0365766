import { guideWalk } from '../walks/guide-walk.ts';
import { desktopShell } from './desktop-office.ts';

guideWalk(desktopShell);
