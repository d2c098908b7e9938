import { answerScenarios } from '../faults/answers';
import { startTestStore } from '../testkit/store';
import { LOKI_WANTED, lokiIsHere } from './loki-program';

// The fault scenarios in which Loki's answers decide, with a real Loki behind the endpoint that fails.
if (!lokiIsHere) {
  console.warn(`faults: NOT RUN, ${LOKI_WANTED}`);
}

(lokiIsHere ? describe : describe.skip)('the fault scenarios on a real Loki', () => answerScenarios(startTestStore));
