import * as z from 'zod';

const environmentSchema = z.object({
  /** The kit's folder: `node.sh` and `jobs/`. */
  REAL_NODE: z.string(),
  /** The folder that `node.sh` was given: `node.sh images` wants it again. */
  NODE_DIR: z.string(),
  /** An administrator's kubeconfig. */
  KUBECONFIG: z.string(),
  KUBE_BIN: z.string(),
  CA_CERT: z.string(),
  NODE_NAME: z.string(),
  NODE_IP: z.string(),
  PODS_DIR: z.string(),
  CONTAINERS_DIR: z.string(),
  KUBELET_LOG: z.string(),
  CONTAINERD_LOG: z.string(),
  /** The one disk of kubelet, containerd and logs. */
  DISK: z.string(),
});

/** Where the real node is: what the kit's `DIR/env` sets, and the kit itself. */
export type Environment = z.infer<typeof environmentSchema>;

/** @throws Error that names the variables which are missing */
export function environment(): Environment {
  const { data, error } = environmentSchema.safeParse(process.env);
  if (data === undefined) {
    const missing = error.issues.map(({ path }) => path.join('.')).join(', ');
    throw new Error(`not set: ${missing}. Run \`npm run test:node\`, which brings the node up and sets them.`);
  }
  return data;
}
