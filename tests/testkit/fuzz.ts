import fc from 'fast-check';

const { FUZZ_RUNS, FUZZ_SEED = '20261124' } = process.env;

// In CI the inputs are the same each time: a change is held against what it does, not against luck. By hand they are new
// ones (`npm run fuzz`). A finding prints its seed, and becomes a case.
fc.configureGlobal(FUZZ_SEED === 'random' ? {} : { seed: Number(FUZZ_SEED) });

/** How many inputs a property is given. @param byDefault where FUZZ_RUNS does not say it */
export const fuzzRuns = (byDefault = 300): { numRuns: number } => ({ numRuns: Number(FUZZ_RUNS ?? byDefault) });

export { fc };
