import type {
  ContainerRecord,
  DiskRecord,
  EventRecord,
  GcRecord,
  JobRecord,
  NodeRecord,
  PodRecord,
  ThresholdsRecord,
  WatchRecord,
} from '../../model/records';

/** The records that a page works on, by kind: what `casesOf` and `diskPressures` of `model/cases` take. Each id once. */
export interface RecordSet {
  containers: readonly ContainerRecord[];
  pods: readonly PodRecord[];
  jobs: readonly JobRecord[];
  nodes: readonly NodeRecord[];
  events: readonly EventRecord[];
  gcs: readonly GcRecord[];
  disks: readonly DiskRecord[];
  thresholds: readonly ThresholdsRecord[];
  watches: readonly WatchRecord[];
}

export const NO_RECORDS: RecordSet = {
  ...{ containers: [], pods: [], jobs: [], nodes: [], events: [], gcs: [], disks: [], thresholds: [], watches: [] },
};
