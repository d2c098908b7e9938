import fc from 'fast-check';

const { FUZZ_RUNS, FUZZ_SECONDS, FUZZ_SEED = '20261124' } = process.env;

// In CI the inputs are the same each time: a change is held against what it does, not against luck. By hand they are new
// ones (`npm run fuzz`). A finding prints its seed, and becomes a case.
fc.configureGlobal(FUZZ_SEED === 'random' ? {} : { seed: Number(FUZZ_SEED) });

/**
 * How many inputs a property is given: as FUZZ_RUNS says, or as many as FUZZ_SECONDS have room for.
 * @param byDefault where neither does
 */
export const fuzzRuns = (byDefault = 300): fc.Parameters<unknown> =>
  FUZZ_SECONDS === undefined
    ? { numRuns: Number(FUZZ_RUNS ?? byDefault) }
    : { numRuns: Infinity, interruptAfterTimeLimit: Number(FUZZ_SECONDS) * 1000, markInterruptAsFailure: false };

export { fc };
