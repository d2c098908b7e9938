import { errorText } from '../../../model/error-text';
import type { Logger } from '../../common/log';
import type { ContainerLog } from '../container/container-log';
import { DamagedGzip } from '../files/gzip-window';
import { sleep } from '../../loki/push/backoff';

/** A file that cannot be read may be so again. */
const UNREADABLE_WAIT_MS = 5_000;

/** Decompresses a container's oldest compressed file a little further, for the next request. */
export async function unpack(
  container: ContainerLog,
  deps: { logger: Logger; onSettled: (containers: readonly ContainerLog[]) => void }
): Promise<void> {
  const file = container.packed;
  if (!file) {
    return;
  }
  try {
    await container.unpack(file);
  } catch (error) {
    const reason = errorText(error);
    if (!(error instanceof DamagedGzip)) {
      deps.logger.error('a log file cannot be read; trying again', { container: container.id, error: reason });
      await sleep(UNREADABLE_WAIT_MS);
      return;
    }
    deps.logger.error('a compressed log file is damaged: what follows in it is missing', { error: reason });
    container.endAtDamage(file, reason);
    deps.onSettled([container]);
  }
}
