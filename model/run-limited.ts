/**
 * Runs tasks in their order, so many at a time. After one has failed none begins any more, and those that run end first.
 *
 * @throws what the first that failed threw
 */
export async function runLimited(tasks: ReadonlyArray<() => Promise<void>>, atOnce: number): Promise<void> {
  const rest = tasks.values();
  const failures: unknown[] = [];
  const worker = async () => {
    for (const task of rest) {
      if (failures.length > 0) {
        return;
      }
      await task().catch((failure: unknown) => failures.push(failure));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, tasks.length) }, worker));
  if (failures.length > 0) {
    throw failures[0];
  }
}
