import { css } from '@emotion/css';
import { AppEvents, type GrafanaTheme2 } from '@grafana/data';
import { Alert, useStyles2 } from '@grafana/ui';
import React, { useEffect, useState } from 'react';
import * as z from 'zod';
import { appEvents } from '../services/app-events';

interface Notice {
  id: number;
  severity: 'success' | 'warning' | 'error' | 'info';
  title: string;
  text: string;
}

const payloadSchema = z.array(z.unknown()).transform(([title, text]) => ({
  title: String(title ?? ''),
  text: text === undefined ? '' : String(text),
}));

/** The notices that pages send through Grafana's events. */
export function Notifications() {
  const styles = useStyles2(getStyles);
  const [notices, setNotices] = useState<Notice[]>([]);
  useEffect(() => {
    const show = (severity: Notice['severity']) => (payload: unknown) => {
      const notice = { id: Math.random(), severity, ...payloadSchema.parse(payload) };
      setNotices((all) => [...all, notice]);
    };
    const handlers = [
      [AppEvents.alertSuccess, show('success')],
      [AppEvents.alertWarning, show('warning')],
      [AppEvents.alertError, show('error')],
      [AppEvents.alertInfo, show('info')],
    ] as const;
    handlers.forEach(([event, handler]) => appEvents.on<unknown>(event, handler));
    return () => handlers.forEach(([event, handler]) => appEvents.off(event, handler));
  }, []);
  return (
    <div className={styles.notices} role="status">
      {notices.map(({ id, severity, title, text }) => (
        <Alert
          key={id}
          severity={severity}
          title={title}
          elevated
          onRemove={() => setNotices((all) => all.filter((notice) => notice.id !== id))}
        >
          {text}
        </Alert>
      ))}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  notices: css({ position: 'fixed', top: theme.spacing(6), right: theme.spacing(2), zIndex: theme.zIndex.portal }),
});
