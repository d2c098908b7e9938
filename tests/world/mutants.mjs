/**
 * Ways to break the agent that worlds have to notice. They are made in a build of their own; the program holds none of
 * them. `from` is text of `file` as it stands: who rewrites it writes a mutant that fits.
 */
export const mutants = [
  {
    name: 'positions move on any 400',
    file: 'shipper/loki/connection.ts',
    from: 'return await client.exchange({',
    to: `const lie = (answer: Awaited<ReturnType<typeof client.exchange>>) =>
          answer.status === 400 ? { ...answer, status: 204 } : answer;
        return await ((request: Parameters<typeof client.exchange>[0]) => client.exchange(request).then(lie))({`,
  },
  {
    name: 'a gap is not reported',
    file: 'shipper/agent/container/run-account.ts',
    from: 'addGap(this.state, isBackwards ?',
    to: 'void (isBackwards ?',
  },
  {
    name: 'the rest of a deleted file is not read',
    file: 'shipper/agent/container/tailed-file.ts',
    from: 'this.file.loseName();',
    to: 'this.file.size = this.file.read.offset;',
  },
];
