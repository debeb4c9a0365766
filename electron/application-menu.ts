import type { MenuItemConstructorOptions } from 'electron';
import type { MenuWords } from './desktop-words.ts';

/** Hidden until Alt is pressed, except on a Mac: it is there for its keys (zoom, copy, close, quit). */
export function applicationMenu(system: NodeJS.Platform, words: MenuWords): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions = {
    label: words.view,
    submenu: [
      { role: 'resetZoom', label: words.actualSize },
      { role: 'zoomIn', label: words.zoomIn },
      { role: 'zoomOut', label: words.zoomOut },
      { role: 'togglefullscreen', label: words.fullScreen },
    ],
  };
  // A Mac words its own menus.
  if (system === 'darwin') return [{ role: 'appMenu' }, { role: 'editMenu' }, view, { role: 'windowMenu' }];
  return [
    {
      label: words.file,
      submenu: [
        { role: 'close', label: words.close },
        { role: 'quit', label: words.quit },
      ],
    },
    {
      label: words.edit,
      submenu: [
        { role: 'undo', label: words.undo },
        { role: 'redo', label: words.redo },
        { type: 'separator' },
        { role: 'cut', label: words.cut },
        { role: 'copy', label: words.copy },
        { role: 'paste', label: words.paste },
        { type: 'separator' },
        { role: 'selectAll', label: words.selectAll },
      ],
    },
    view,
  ];
}
