import { answerScenarios } from '../faults/answers';
import { startTestStore } from '../integration/logs-store';

// The fault scenarios in which Loki's answers decide, with a real Loki behind the endpoint that fails.
const available = Boolean(process.env.LOKI_URL ?? process.env.LOKI_BIN);
if (!available) {
  console.warn('faults: NOT RUN. Set LOKI_URL to a Loki, or LOKI_BIN to the binary of one.');
}

(available ? describe : describe.skip)('the fault scenarios on a real Loki', () => answerScenarios(startTestStore));
