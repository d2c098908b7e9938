import { watchCommand } from '../../shipper/commands/watch';

watchCommand()
  .parseAsync()
  .catch((error: unknown) => {
    process.stderr.write(`${String(error)}\n`);
    process.exitCode = 1;
  });
