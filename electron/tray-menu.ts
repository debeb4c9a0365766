import { assertNever } from '../shared/assert-never.ts';
import type { TrayAction, TrayItem } from '../shared/tray.ts';

/** What is used of Electron's MenuItemConstructorOptions. */
export interface MenuEntry {
  label?: string;
  type?: 'normal' | 'separator' | 'submenu';
  enabled?: boolean;
  click?: () => void;
  submenu?: MenuEntry[];
}

/** The tray's menu as Electron takes it. */
export function menuEntries(
  items: readonly TrayItem[],
  system: NodeJS.Platform,
  act: (action: TrayAction) => void,
): MenuEntry[] {
  return items.map((item): MenuEntry => {
    switch (item.kind) {
      case 'state':
        return { label: plainLabel(item.label, system), enabled: false };
      case 'separator':
        return { type: 'separator' };
      case 'action':
        return {
          label: plainLabel(item.label, system),
          enabled: item.isEnabled,
          click: () => {
            act(item.action);
          },
        };
      case 'submenu':
        return {
          label: plainLabel(item.label, system),
          type: 'submenu',
          enabled: item.isEnabled,
          submenu: menuEntries(item.items, system, act),
        };
      default:
        return assertNever(item);
    }
  });
}

/** Elsewhere than on a Mac an ampersand underlines what follows; two of them are one. */
function plainLabel(label: string, system: NodeJS.Platform): string {
  return system === 'darwin' ? label : label.replaceAll('&', '&&');
}
