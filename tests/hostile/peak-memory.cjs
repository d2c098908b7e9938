// Preloaded into a command (NODE_OPTIONS=--require): reports at its end how much memory it had at most.
process.on('exit', () => process.stderr.write(`peak ${process.resourceUsage().maxRSS} KiB\n`));
