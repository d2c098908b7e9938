/** What the kubelet says of a pod, as far as the configuration asks for it. */
export interface PodFacts {
  labels: Readonly<Record<string, string>>;
  annotations: Readonly<Record<string, string>>;
}
