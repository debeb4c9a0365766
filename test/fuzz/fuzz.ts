/**
 * The properties of the tests, for longer: `npm run fuzz -- [seconds] [seed]`, 60 seconds by default.
 * Prints how often each was tried; exit 1 with the counterexample when one does not hold.
 */
import { PROPERTIES } from './properties.ts';

const RUNS_PER_TURN = 200;

function fuzz(seconds: number, firstSeed: number): boolean {
  const counts = new Map(PROPERTIES.map(({ name }) => [name, 0]));
  const until = performance.now() + seconds * 1000;
  let seed = firstSeed;
  console.log(`${PROPERTIES.length} properties for ${seconds} s, first seed ${firstSeed}`);
  while (performance.now() < until) {
    for (const property of PROPERTIES) {
      const { runs, failure } = property.run(RUNS_PER_TURN, seed);
      counts.set(property.name, (counts.get(property.name) ?? 0) + runs);
      if (failure !== undefined) {
        console.error(`FAILED: ${property.name}\n${failure}`);
        return false;
      }
    }
    seed += 1;
  }
  for (const [name, count] of counts) console.log(`${String(count).padStart(9)}  ${name}`);
  return true;
}

const [seconds = '60', seed = String(Date.now() % 1_000_000_000)] = process.argv.slice(2);
const valid = Number(seconds) > 0 && Number.isInteger(Number(seed));
if (!valid) console.error('Usage: npm run fuzz -- [seconds] [seed]');
process.exitCode = valid && fuzz(Number(seconds), Number(seed)) ? 0 : 1;
