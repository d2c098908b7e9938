import type { LogStatus } from '../../model/records';

/** What is not in Loki stands first. */
const SEVERITY: readonly LogStatus[] = ['lost', 'partial', 'unknown', 'pending', 'rescued', 'complete'];

/** The place of a status in that order, from 0: the less, the worse. */
export const severityOf = (status: LogStatus): number => SEVERITY.indexOf(status);
