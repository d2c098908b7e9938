// The shippers that the benches run: ours, and those of the field that this machine has. Each reads
// `<logs>/*/*/*.log` from the beginning, parses CRI lines and pushes to `<url>/loki/api/v1/push`, flushing each second.
// What a shipper looks at how often is set to the shortest that its manual has, so that none loses by a default.
import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const glob = ({ logs }) => join(logs, '*/*/*.log');
const port = ({ url }) => new URL(url).port;

/** An agent of ours, of this checkout or of another build. */
const agent = (name, program) => ({
  name,
  ours: true,
  command: program,
  version: ['--version'],
  /** @param node its `flags`, where it has some, are for the agent alone */
  start: ({ url, logs, own, flags = [] }) => ({
    command: program,
    args: [
      'agent',
      ...['--loki.url', url, '--logs.dir', logs, '--containers.dir', join(own, 'containers')],
      ...['--state.dir', join(own, 'state'), '--disk.nodefs-dir', logs, '--disk.imagefs-dir', logs],
      ...['--node.name', 'bench', '--listen', '', '--log.level', 'error', ...flags],
    ],
  }),
});
const afterlog = agent('Afterlog', fileURLToPath(new URL('../../bin/afterlog', import.meta.url)));

const peers = [
  {
    name: 'Promtail',
    binary: 'promtail',
    version: ['--version'],
    start: (node) => ({
      args: [`-config.file=${join(node.own, 'promtail.yaml')}`],
      files: {
        'promtail.yaml': JSON.stringify({
          server: { disable: true },
          positions: { filename: join(node.own, 'positions.yaml') },
          target_config: { sync_period: '1s' },
          clients: [{ url: `${node.url}/loki/api/v1/push`, batchwait: '1s' }],
          scrape_configs: [
            {
              job_name: 'pods',
              pipeline_stages: [{ cri: {} }, { labeldrop: ['filename', 'stream'] }],
              static_configs: [{ labels: { job: 'pods', __path__: glob(node) } }],
            },
          ],
        }),
      },
    }),
  },
  {
    name: 'Alloy',
    binary: 'alloy',
    version: ['--version'],
    start: (node) => ({
      args: ['run', '--server.http.listen-addr=127.0.0.1:0', `--storage.path=${node.own}`, join(node.own, 'c.alloy')],
      files: {
        'c.alloy': `
          local.file_match "pods" {
            path_targets = [{ __path__ = ${JSON.stringify(glob(node))}, job = "pods" }]
            sync_period  = "1s"
          }
          loki.source.file "pods" {
            targets    = local.file_match.pods.targets
            forward_to = [loki.process.pods.receiver]
          }
          loki.process "pods" {
            forward_to = [loki.write.sink.receiver]
            stage.cri { }
            stage.label_drop { values = ["filename", "stream"] }
          }
          loki.write "sink" { endpoint { url = "${node.url}/loki/api/v1/push" } }`,
      },
    }),
  },
  {
    name: 'Fluent Bit',
    binary: 'fluent-bit',
    version: ['--version'],
    start: (node) => ({
      args: ['-c', join(node.own, 'fluent-bit.conf')],
      files: {
        'parsers.conf': `
[PARSER]
    Name        cri
    Format      regex
    Regex       ^(?<time>\\S+) (?<stream>stdout|stderr) (?<part>[FP]) (?<log>.*)$
    Time_Key    time
    Time_Format %Y-%m-%dT%H:%M:%S.%L%z
`,
        'fluent-bit.conf': `
[SERVICE]
    Flush        1
    Log_Level    error
    Parsers_File ${join(node.own, 'parsers.conf')}
[INPUT]
    Name             tail
    Path             ${glob(node)}
    Parser           cri
    Read_from_Head   true
    Refresh_Interval 1
    Buffer_Max_Size  1M
    Mem_Buf_Limit    64M
[OUTPUT]
    Name         loki
    Match        *
    Host         127.0.0.1
    Port         ${port(node)}
    Labels       job=pods
    Remove_Keys  stream, part
    Drop_Single_Key raw
    Retry_Limit  no_limits
`,
      },
    }),
  },
  {
    name: 'Vector',
    binary: 'vector',
    version: ['--version'],
    start: (node) => ({
      args: ['--quiet', '--config', join(node.own, 'vector.json')],
      files: {
        'vector.json': JSON.stringify({
          data_dir: node.own,
          sources: {
            pods: {
              type: 'file',
              include: [glob(node)],
              read_from: 'beginning',
              glob_minimum_cooldown_ms: 1000,
              fingerprint: { strategy: 'device_and_inode' },
            },
          },
          transforms: {
            cri: {
              type: 'remap',
              inputs: ['pods'],
              source:
                "f = parse_regex!(.message, r'^(?P<time>\\S+) (?:stdout|stderr) [FP] (?P<log>.*)$')\n" +
                '.message = f.log\n.timestamp = parse_timestamp!(f.time, "%+")',
            },
          },
          sinks: {
            loki: {
              type: 'loki',
              inputs: ['cri'],
              endpoint: node.url,
              labels: { job: 'pods' },
              encoding: { codec: 'text' },
              healthcheck: false,
            },
          },
        }),
      },
    }),
  },
];

/**
 * Ours and the peers that are here: on PATH, or where a variable such as FLUENT_BIT_BIN says. AFTERLOG_BIN names another
 * build of ours, `bin/afterlog` of its checkout.
 * @returns {{ shippers: Array<{ name: string, version: string, start: Function }>, missing: string[] }}
 */
export function findShippers(env = process.env) {
  const found = [];
  const missing = [];
  for (const peer of peers) {
    const variable = `${peer.binary.replace('-', '_').toUpperCase()}_BIN`;
    const command = env[variable] ?? onPath(peer.binary, env.PATH ?? '');
    if (command === undefined) {
      missing.push(`${peer.name} (no ${peer.binary} on PATH, no ${variable})`);
    } else {
      found.push({ ...peer, command, start: (node) => ({ command, ...peer.start(node) }) });
    }
  }
  const others = env.AFTERLOG_BIN === undefined ? [] : [agent('another Afterlog', env.AFTERLOG_BIN)];
  const shippers = [afterlog, ...others, ...found].map((shipper) => ({ ...shipper, version: versionOf(shipper) }));
  return { shippers, missing };
}

function onPath(name, path) {
  return path
    .split(delimiter)
    .map((dir) => join(dir, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The version that it prints; empty where its build has none. @throws where the binary does not run */
function versionOf({ name, command, version }) {
  const { stdout, stderr, error } = spawnSync(command, version, { encoding: 'utf8' });
  if (error) {
    throw new Error(`${name}: ${command} does not run: ${error.message}`);
  }
  return /^(?:\w+[ ,]+)?(?:fluent bit )?(?:version )?v?(\d+\.\d+\.\d+)/im.exec(stdout + stderr)?.[1] ?? '';
}
