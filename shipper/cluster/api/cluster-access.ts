/** How to reach an API server, and as whom. */
export interface ClusterAccess {
  /** Base URL without a slash at the end. */
  server: string;
  ca: Buffer | undefined;
  cert: Buffer | undefined;
  key: Buffer | undefined;
  /** Asked for every request: service account tokens are replaced every hour. */
  authorization: () => string | undefined;
  insecureSkipVerify: boolean;
  /** Name that the server's certificate is for, where it is not the URL's host. */
  serverName: string | undefined;
  /** The namespace that the context or the service account is in. */
  namespace: string | undefined;
  /** Where this was read, for messages. */
  origin: string;
}
