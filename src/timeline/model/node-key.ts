export const nodeKey = (cluster: string, node: string | null): string => `${cluster}/${node ?? ''}`;
