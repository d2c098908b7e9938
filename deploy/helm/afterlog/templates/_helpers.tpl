{{- define "afterlog.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* `afterlog` for a release of that name, else RELEASE-afterlog. Components append -agent and -watch. */}}
{{- define "afterlog.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 56 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 56 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "afterlog.name" .) | trunc 56 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select a component's pods; they never change. @param . (list root component) */}}
{{- define "afterlog.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "afterlog.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{- define "afterlog.labels" -}}
{{- $root := index . 0 -}}
{{ include "afterlog.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{- define "afterlog.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{ .repository }}@{{ .digest }}
{{- else -}}
{{ .repository }}:{{ default $.Chart.AppVersion .tag }}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The section `loki` of both configuration files. */}}
{{- define "afterlog.lokiConfig" -}}
{{- $loki := dict "url" (required "loki.url is required: the base URL of Loki, for example http://loki-gateway.loki.svc" .Values.loki.url) -}}
{{- with .Values.loki.tenantId }}{{ $_ := set $loki "tenant-id" . }}{{ end -}}
{{- $files := dict "basic-auth" "basic-auth-file" "bearer-token" "bearer-token-file" "ca.crt" "tls-ca-file" "tls.crt" "tls-cert-file" "tls.key" "tls-key-file" -}}
{{- if and .Values.loki.secret.keys (not .Values.loki.secret.name) }}{{ fail "loki.secret.name is required with loki.secret.keys" }}{{ end -}}
{{- range .Values.loki.secret.keys }}{{ $_ := set $loki (get $files .) (printf "/etc/afterlog/loki/%s" .) }}{{ end -}}
{{- toYaml (mergeOverwrite $loki (deepCopy .Values.loki.config)) -}}
{{- end -}}

{{- define "afterlog.clusterName" -}}
{{- required "cluster.name is required: the name of this cluster in Loki" .Values.cluster.name -}}
{{- end -}}

{{/* Environment of both components. The configuration file is also what `afterlog doctor` in the pod reads. */}}
{{- define "afterlog.env" -}}
{{- $root := index . 0 -}}
- name: AFTERLOG_CONFIG
  value: /etc/afterlog/config/{{ index . 1 }}.yaml
{{- with $root.Values.proxy }}
{{- if .secret }}
{{- range $name := list "HTTPS_PROXY" "HTTP_PROXY" }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: { name: {{ $root.Values.proxy.secret }}, key: {{ $name }}, optional: true } }
{{- end }}
{{- else }}
{{- with .https }}
- name: HTTPS_PROXY
  value: {{ . | quote }}
{{- end }}
{{- with .http }}
- name: HTTP_PROXY
  value: {{ . | quote }}
{{- end }}
{{- end }}
{{- if or .secret .https .http }}
- name: NO_PROXY
  value: {{ join "," .except | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "afterlog.mounts" -}}
- { name: config, mountPath: /etc/afterlog/config, readOnly: true }
{{- if .Values.loki.secret.keys }}
- { name: loki, mountPath: /etc/afterlog/loki, readOnly: true }
{{- end }}
{{- end -}}

{{- define "afterlog.volumes" -}}
- name: config
  configMap: { name: {{ include "afterlog.fullname" . }} }
{{- if .Values.loki.secret.keys }}
- name: loki
  secret:
    secretName: {{ .Values.loki.secret.name }}
    items:
      {{- range .Values.loki.secret.keys }}
      - { key: {{ . }}, path: {{ . }} }
      {{- end }}
{{- end }}
{{- end -}}

{{- define "afterlog.podAnnotations" -}}
{{- $root := index . 0 -}}{{- $component := index . 1 -}}
# A changed configuration starts new pods.
checksum/config: {{ include (print $root.Template.BasePath "/configmap.yaml") $root | sha256sum }}
{{- if $root.Values.scrapeAnnotations.enabled }}
prometheus.io/scrape: 'true'
prometheus.io/port: {{ $component.metricsPort | quote }}
{{- end }}
{{- with $component.podAnnotations }}
{{ toYaml . }}
{{- end }}
{{- end -}}
