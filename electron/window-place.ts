import { z } from 'zod';

const coordinate = z.number().int().min(-100_000).max(100_000);
const extent = z.number().int().min(1).max(100_000);

/** Where the window was last, in device-independent pixels. */
export const windowPlaceSchema = z.object({
  x: coordinate,
  y: coordinate,
  width: extent,
  height: extent,
  isMaximised: z.boolean(),
});
export type WindowPlace = z.infer<typeof windowPlaceSchema>;

export interface Area {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export const SMALLEST = { width: 360, height: 420 } as const;
const USUAL = { width: 960, height: 680 } as const;
/** So much of the title bar must be on a screen that the window can be taken hold of. */
const GRIP = { width: 100, height: 30 } as const;

/** A window's place for the screens there are now. Without x and y it is centred. */
export interface FittedPlace {
  readonly x?: number;
  readonly y?: number;
  readonly width: number;
  readonly height: number;
  readonly isMaximised: boolean;
}

/** `screens` are work areas, the first being the main one. What is remembered may be of a screen that is gone. */
export function fittedPlace(remembered: WindowPlace | undefined, screens: readonly Area[]): FittedPlace {
  const [main] = screens;
  const place = remembered ?? { ...USUAL, isMaximised: false };
  const home = remembered && screens.find((screen) => isWithinReach(remembered, screen));
  const room = home ?? main;
  const size = {
    width: clamp(place.width, SMALLEST.width, room?.width),
    height: clamp(place.height, SMALLEST.height, room?.height),
  };
  const { isMaximised } = place;
  if (remembered === undefined || home === undefined) return { ...size, isMaximised };
  return { x: remembered.x, y: remembered.y, ...size, isMaximised };
}

function isWithinReach({ x, y, width }: Area, screen: Area): boolean {
  const seen = Math.min(x + width, screen.x + screen.width) - Math.max(x, screen.x);
  return seen >= GRIP.width && y >= screen.y && y + GRIP.height <= screen.y + screen.height;
}

function clamp(length: number, smallest: number, largest: number | undefined): number {
  return Math.max(smallest, Math.min(length, largest ?? length));
}

/** The part of electron-store that is used. */
export interface ShellFile {
  get(key: 'window'): unknown;
  set(key: 'window', value: WindowPlace): void;
}

export function rememberedPlace(file: Pick<ShellFile, 'get'>): WindowPlace | undefined {
  const parsed = windowPlaceSchema.safeParse(file.get('window'));
  return parsed.success ? parsed.data : undefined;
}
