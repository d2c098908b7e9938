import { type DataTransformerConfig, type PanelData, transformDataFrame } from '@grafana/data';
import { useEffect, useState } from 'react';

/** A panel's data after its transformations. */
export function useTransformed(data: PanelData, transformations: DataTransformerConfig[]): PanelData {
  const [done, setDone] = useState(data);
  useEffect(() => {
    if (transformations.length === 0) {
      return;
    }
    const running = transformDataFrame(transformations, data.series).subscribe((series) =>
      setDone({ ...data, series })
    );
    return () => running.unsubscribe();
  }, [data, transformations]);
  return transformations.length === 0 ? data : done;
}
