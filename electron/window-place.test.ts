import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fittedPlace, rememberedPlace, SMALLEST } from './window-place.ts';

const SCREEN = { x: 0, y: 0, width: 1920, height: 1050 };
const PLACE = { x: 100, y: 80, width: 800, height: 600, isMaximised: false };

test('a place on a screen that is there is taken as it was', () => {
  expect(fittedPlace(PLACE, [SCREEN])).toEqual(PLACE);
});

test('a place on a screen that is gone keeps its size alone', () => {
  const gone = { ...PLACE, x: 2500 };
  expect(fittedPlace(gone, [SCREEN])).toEqual({ width: 800, height: 600, isMaximised: false });
  expect(fittedPlace(gone, [SCREEN, { ...SCREEN, x: 1920 }])).toEqual(gone);
});

test('a title bar above the screen could not be taken hold of', () => {
  expect(fittedPlace({ ...PLACE, y: -20 }, [SCREEN])).not.toHaveProperty('y');
});

test('whatever is remembered, the window is neither tiny nor larger than its screen, and can be reached', () => {
  const coordinate = fc.integer({ min: -100_000, max: 100_000 });
  const extent = fc.integer({ min: 1, max: 100_000 });
  fc.assert(
    fc.property(coordinate, coordinate, extent, extent, fc.boolean(), (x, y, width, height, isMaximised) => {
      const place = fittedPlace({ x, y, width, height, isMaximised }, [SCREEN]);
      expect(place.width).toBeGreaterThanOrEqual(SMALLEST.width);
      expect(place.width).toBeLessThanOrEqual(SCREEN.width);
      expect(place.height).toBeGreaterThanOrEqual(SMALLEST.height);
      expect(place.height).toBeLessThanOrEqual(SCREEN.height);
      expect(place.y ?? 0).toBeGreaterThanOrEqual(0);
      expect(place.x ?? 0).toBeLessThan(SCREEN.width);
    }),
  );
});

test('garbage in the file is no place', () => {
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const place = rememberedPlace({ get: () => value });
      expect(place?.width ?? 1).toBeGreaterThan(0);
    }),
  );
  expect(rememberedPlace({ get: () => ({ ...PLACE, width: 'wide' }) })).toBeUndefined();
});
