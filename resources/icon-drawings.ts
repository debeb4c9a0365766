import type { TrayIcon } from '../shared/tray.ts';

/** The program's icons as SVG: a shield, as in renderer/public/icon.svg. */

const SHIELD = 'M16 2.5 27 6v9.2c0 6.6-4.4 11.6-11 14.3C9.4 26.8 5 21.8 5 15.2V6z';
const MARK = 'fill="none" stroke="#fff" stroke-linecap="round" stroke-linejoin="round"';

/** On a plate of its own, so that it stands out on light and dark desktops alike. */
export function appIcon(): string {
  return svg(`
  <defs>
    <linearGradient id="plate" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#2f6fe0"/><stop offset="1" stop-color="#123f96"/>
    </linearGradient>
  </defs>
  <rect x="1" y="1" width="30" height="30" rx="7" fill="url(#plate)"/>
  <g transform="translate(16 16) scale(.72) translate(-16 -16)">
    <path d="${SHIELD}" fill="#fff"/>
    <path d="M10.5 16.2l3.9 3.9 7.3-8" ${MARK} stroke-width="3" style="stroke:#1c5fd0"/>
  </g>`);
}

/** Colour is never the only sign: each state has its own mark. */
const TRAY: Readonly<Record<TrayIcon, { readonly fill: string; readonly mark: string }>> = {
  grey: { fill: '#7c8594', mark: 'M10.5 16h11' },
  amber: { fill: '#c77700', mark: 'M10.5 16h.01M16 16h.01M21.5 16h.01' },
  green: { fill: '#1d9a4b', mark: 'M10.3 16.2l3.9 3.9 7.5-8.2' },
  red: { fill: '#d1293d', mark: 'M16 9.5v8M16 22h.01' },
};

export function trayIcon(icon: TrayIcon): string {
  const { fill, mark } = TRAY[icon];
  return svg(`
  <path d="${SHIELD}" fill="${fill}" stroke="#fff" stroke-opacity=".55" stroke-width="1.2"/>
  <path d="${mark}" ${MARK} stroke-width="3.4"/>`);
}

export const TRAY_ICONS: readonly TrayIcon[] = ['grey', 'amber', 'green', 'red'];

function svg(content: string): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${content}\n</svg>\n`;
}
