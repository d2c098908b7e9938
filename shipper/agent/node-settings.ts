import { type AgentConfig } from '../config/agent-config';
import type { NodeFactsOptions } from '../node/node-facts';

const JOURNAL = 'journal';

/** What the configuration says about the node, as NodeFacts takes it. */
export function nodeFactsOptions({ kubelet, disk, ...config }: AgentConfig): NodeFactsOptions {
  return {
    cluster: config.cluster.name,
    node: config.node.name,
    disk: {
      nodefsDir: disk['nodefs-dir'],
      imagefsDir: disk['imagefs-dir'],
      ...(disk['containerfs-dir'] !== '' && { containerfsDir: disk['containerfs-dir'] }),
      intervalMs: disk.interval,
    },
    ...(kubelet.url !== '' && {
      kubelet: {
        url: kubelet.url,
        ...(kubelet['token-file'] !== '' && { tokenFile: kubelet['token-file'] }),
        ...(kubelet['ca-file'] !== '' && { caFile: kubelet['ca-file'] }),
        insecureSkipVerify: kubelet['insecure-skip-verify'],
      },
    }),
    ...(kubelet.log !== '' && { kubeletLog: kubeletLog(kubelet) }),
  };
}

function kubeletLog(kubelet: AgentConfig['kubelet']): NonNullable<NodeFactsOptions['kubeletLog']> {
  const { log, 'log-unit': unit, 'log-timezone': timeZone, 'journal-dir': directory } = kubelet;
  const zone = timeZone === '' ? {} : { timeZone };
  return log === JOURNAL
    ? { kind: 'journal', ...(unit !== '' && { unit }), ...(directory !== '' && { directory }), ...zone }
    : { kind: 'file', path: log, ...zone };
}
