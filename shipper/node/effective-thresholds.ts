import * as z from 'zod';
import { parseQuantity } from '../../model/quantity';
import type { Thresholds } from '../../model/records';
import { defaultThresholds } from '../../model/thresholds';
import { parseDurationMs } from '../config/units';
import { type KubeletClient, KubeletError } from './kubelet/kubelet-client';

const signals = z.record(z.string(), z.string()).nullish();

/**
 * `/configz` as far as it decides about logs: KubeletConfiguration v1beta1, docs/reference/kubernetes.md,
 * Configuration.
 */
const configzSchema = z.object({
  kubeletconfig: z.object({
    evictionHard: signals,
    evictionSoft: signals,
    evictionSoftGracePeriod: signals,
    evictionMinimumReclaim: signals,
    evictionPressureTransitionPeriod: z.string().optional(),
    imageGCHighThresholdPercent: z.number().optional(),
    imageGCLowThresholdPercent: z.number().optional(),
    imageMinimumGCAge: z.string().optional(),
    imageMaximumGCAge: z.string().optional(),
    mergeDefaultEvictionSettings: z.boolean().nullish(),
    containerLogMaxSize: z.string().optional(),
    containerLogMaxFiles: z.number().optional(),
  }),
});

/**
 * The thresholds in force, from the body of `/configz`. The thresholds are taken as they stand there: a configuration
 * that sets one of `evictionHard` switches the other defaults off unless `mergeDefaultEvictionSettings` is set
 * (Kubernetes 1.33 and newer).
 * Throws a zod error where the body is none of `/configz`.
 */
export function thresholdsFromConfigz(body: unknown, kubeletVersion: string | null): Thresholds {
  const { kubeletconfig: config } = configzSchema.parse(body);
  const fallback = defaultThresholds(kubeletVersion);
  const transitionMs = parseDurationMs(config.evictionPressureTransitionPeriod ?? '');
  return {
    source: 'configz',
    kubeletVersion,
    evictionHard: {
      ...(config.mergeDefaultEvictionSettings === true ? fallback.evictionHard : {}),
      ...config.evictionHard,
    },
    evictionSoft: config.evictionSoft ?? {},
    evictionSoftGracePeriod: config.evictionSoftGracePeriod ?? {},
    evictionMinimumReclaim: config.evictionMinimumReclaim ?? {},
    pressureTransitionSeconds: transitionMs === undefined ? fallback.pressureTransitionSeconds : transitionMs / 1000,
    imageGcHighPercent: config.imageGCHighThresholdPercent ?? fallback.imageGcHighPercent,
    imageGcLowPercent: config.imageGCLowThresholdPercent ?? fallback.imageGcLowPercent,
    imageMinimumGcAgeSeconds: secondsOf(config.imageMinimumGCAge),
    imageMaximumGcAgeSeconds: secondsOf(config.imageMaximumGCAge),
    containerLogMaxBytes: parseQuantity(config.containerLogMaxSize ?? '') ?? fallback.containerLogMaxBytes,
    containerLogMaxFiles: config.containerLogMaxFiles ?? fallback.containerLogMaxFiles,
  };
}

function secondsOf(duration: string | undefined): number | null {
  const ms = parseDurationMs(duration ?? '');
  return ms === undefined ? null : ms / 1000;
}

/**
 * The kubelet's version from its `/metrics` (`kubernetes_build_info{git_version="v1.30.1"}`); null where it is not
 * there.
 */
export function versionFromMetrics(text: string): string | null {
  return /^kubernetes_build_info\{[^}]*\bgit_?[vV]ersion="([^"]+)"/m.exec(text)?.[1] ?? null;
}

/**
 * Reads the thresholds in force from the kubelet; where that is not allowed or not possible, Kubernetes' defaults for
 * the kubelet's version, marked as assumed with the reason. Never throws.
 *
 * @param knownVersion spares the kubelet its `/metrics`, which are large
 */
export async function readThresholds(
  client: KubeletClient | undefined,
  knownVersion: string | null = null
): Promise<Thresholds> {
  if (!client) {
    return defaultThresholds(null, 'no address of the kubelet is configured');
  }
  const version = knownVersion ?? (await client.metrics().then(versionFromMetrics, () => null));
  try {
    return thresholdsFromConfigz(await client.configz(), version);
  } catch (error) {
    const reason =
      error instanceof KubeletError ? error.message : 'the kubelet answered /configz with something unknown';
    return defaultThresholds(version, reason);
  }
}
