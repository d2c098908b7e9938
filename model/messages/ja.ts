import type { Codes } from '../codes';
import type { Gap } from '../records';
import type { Catalogue, TimeFormat } from './catalogue';
import { gigabytes, numberText, percentText, sizeText, spanParts, usedAt } from './format';

const lineCount = (n: number) => `${numberText(n)} 行`;
const bytes = (n: number) => sizeText(n) ?? `${numberText(n)} バイト`;
const UNITS = { s: '秒', min: '分', h: '時間', days: '日' } as const;
function span(ms: number): string {
  const { value, unit } = spanParts(ms);
  return `${value} ${UNITS[unit]}`;
}

/** `（… から … まで）`, `（…）`; nothing where neither is known. */
function between(from: string | null, to: string | null, times: TimeFormat): string {
  const [first, last] = [from ?? to, to ?? from];
  if (first === null || last === null) {
    return '';
  }
  const [begin, end] = [times.time(first), times.time(last)];
  return begin === end ? `（${begin}）` : `（${begin} から ${end} まで）`;
}

function clocks(from: string | null, to: string | null, times: TimeFormat): string {
  return from === null || to === null ? '' : `（${times.clock(from)} から ${times.clock(to)} まで）`;
}

const withClocks = (text: string, times: TimeFormat) =>
  text.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, (instant) => times.clock(instant));

/** The first names of a list, and how many more there are. */
const some = (names: readonly string[]) =>
  names.length <= 5 ? names.join('、') : `${names.slice(0, 5).join('、')} ほか ${numberText(names.length - 5)} 件`;
const its = (node: string | null) => (node === null ? 'ノード' : `ノード ${node}`);
const theJob = (job: string | null) => (job === null ? 'オーナー' : `Job ${job}`);
const theCronJob = (cronJob: string | null) => (cronJob === null ? 'CronJob' : `CronJob ${cronJob}`);
const assumed = (isAssumed: boolean) =>
  isAssumed ? 'デフォルト値（設定は読み取れませんでした）' : '/configz から取得';
const linesAndBytes = (lines: number | null, size: number | null) =>
  lines !== null ? lineCount(lines) : size !== null ? bytes(size) : '量の分からない一部';
const likely = (isLikely: boolean) => (isLikely ? '可能性が高い原因: ' : '');

const gapReasons: Record<Gap['reason'], string> = {
  'gone-unread': '読み取る前にファイルが削除されたため',
  unacknowledged: '送信後、Loki の確認応答の前にファイルが削除されたため（届いている可能性があります）',
  truncated: '読み取り済みの位置より前でファイルが切り詰められたため',
  'too-old': '送信できるようになった時点で、Loki が受け付ける期間より古かったため',
  refused: 'Loki が行を拒否したため',
  shed: 'ファイルが削除され、開いたまま保持すると退避の上限を超えるため',
  unreadable: 'ファイルを読み取れなかったため',
  excluded: 'エージェントの設定でコンテナが除外されていたため',
};

const gapAdvice: Record<Gap['reason'], string> = {
  'gone-unread':
    'その時刻にエージェントが動作し、遅れていなかったかを確認してください（`afterlog doctor`、/metrics の遅延）。',
  unacknowledged:
    'Loki の応答前にエージェントが終了し、次のエージェントの起動前にログが削除されました。終了した理由を調べてください。',
  truncated:
    'ファイルを切り詰めているプログラムを特定してください。読み取り前に切り詰められた内容は、どのログ収集エージェントにも読めません。',
  'too-old': 'Loki の reject_old_samples_max_age を大きくするか、停止時間をそれより短くしてください。',
  refused: '`afterlog doctor` を実行してください。Loki の制限とエージェントの設定を比較します。',
  shed: 'エージェントの --rescue.max-bytes か、Loki の取り込み制限を大きくしてください。',
  unreadable: '`afterlog doctor` を実行してください。ファイルの権限を確認します。',
  excluded: 'ログを送信する場合は、エージェントの設定の `select` を変更してください。',
};

const UNKNOWN_KINDS = {
  ...{
    cluster: 'クラスター',
    namespace: 'Namespace',
    job: 'Job',
    cronjob: 'CronJob またはワークロード',
    node: 'ノード',
  },
} satisfies Record<Codes['name-unknown']['what'], string>;

/** Japanese. Removed (削除された: no longer on the node) and lost (失われた: not in Loki either) are two words. */
export const ja: Catalogue = {
  separator: '',
  causes: {
    C1: {
      name: 'ディスクの回収',
      what: 'ノードのディスク容量または inode が不足しました。kubelet は、ほかの何よりも先に、終了したコンテナをすべてログごと削除します。終了からの時間は関係ありません。',
      advice: [
        'イメージの GC が回収より先に始まるようにしてください。kubelet の imageGCHighThresholdPercent を 85 より十分小さく（例: 75）設定します。ディスクが 1 つのノードでは、どちらも使用率 85 % で始まり、回収のほうが先に動作します。',
        'ディスクに書き込むコンテナには limits.ephemeral-storage を設定し、ノードが満杯になる前にそのコンテナが退避されるようにしてください。',
        'ノードのディスクを増やしてください。`afterlog cases --cause C1` で対象のノードを確認できます。',
        '非推奨の kubelet フラグ --minimum-container-ttl-duration は、作成からその時間が経っていないコンテナを残します。',
      ],
    },
    C2: {
      name: 'Pod の退避',
      what: 'ノードのリソースが不足し、kubelet が回収のために Pod を退避させました。退避された Pod のコンテナはログごとすぐに削除され、Pod は Failed として残ります。',
      advice: [
        '不足したリソース（memory、ephemeral-storage）の requests を設定してください。requests を超えている Pod が先に退避されます。',
        'Job をより多くのノードに分散するか、並列数を制限してください。',
      ],
    },
    C3: {
      name: 'Pod 自身のストレージ上限',
      what: 'Pod が自身の上限（コンテナの limits または emptyDir のサイズ）を超えて一時ストレージを使用したため、kubelet が Pod を退避させ、ログを削除しました。ログも使用量に含まれます。',
      advice: [
        'コンテナの limits.ephemeral-storage か emptyDir の sizeLimit を大きくするか、書き込みを減らしてください。ログも使用量に含まれます。',
      ],
    },
    C4: {
      name: '以前の実行',
      what: 'コンテナが再起動されました。kubelet は終了した実行のログを 1 つだけ保持します。次の実行が終了すると、その前のログは削除されます。',
      advice: [
        'ノードにはそれ以上残りません。`kubectl logs --previous` で参照できるのは 1 つ前の実行までです。',
        'restartPolicy が Never で、コンテナの再起動ルールがない場合、Job は試行ごとに新しい Pod を作成し、すべてのログが残ります。',
      ],
    },
    C5: {
      name: 'init コンテナの整理',
      what: 'Pod のサンドボックスが作り直され、kubelet が init コンテナを再実行するために削除しました。',
      advice: ['サンドボックスが変わった理由を調べてください。通常はコンテナランタイムかノードの再起動です。'],
    },
    C6: {
      name: 'Pod の削除',
      what: 'ユーザーまたはクライアントが API で Pod を削除しました。ファイルは次のコンテナ GC で、1 分以内にノードから削除されます。',
      advice: ['誰が削除したかは API サーバーの監査ログに記録されています（verb delete、resource pods）。'],
    },
    C7: {
      name: 'Job の TTL',
      what: 'Job に ttlSecondsAfterFinished が設定されており、その時間の経過後に Pod とログごと削除されました。',
      advice: ['Pod をより長く参照する必要がある場合は spec.ttlSecondsAfterFinished を大きくしてください。'],
    },
    C8: {
      name: 'CronJob の履歴',
      what: 'CronJob は完了した Job を一定数だけ保持し、最も古いものを Pod とログごと削除します。concurrencyPolicy が Replace の場合は実行中の Job も削除します。',
      advice: [
        'Pod をより長く参照する必要がある場合は spec.successfulJobsHistoryLimit と spec.failedJobsHistoryLimit（デフォルトは 3 と 1）を大きくしてください。',
      ],
    },
    C9: {
      name: 'Job コントローラー',
      what: 'この Pod がまだアクティブな間に Job が終了、一時停止、または縮小され、Job コントローラーが Pod を削除しました。',
      advice: [
        'restartPolicy が Never の場合、backoffLimit を超えても Job の失敗した Pod は残ります。OnFailure の場合は最後の Pod が削除されます。',
      ],
    },
    C10: {
      name: 'Pod の GC',
      what: 'クラスターの終了した Pod が kube-controller-manager の --terminated-pod-gc-threshold を超え、最も古いものから削除されました。',
      advice: ['終了した Pod がたまらないように、Job に ttlSecondsAfterFinished を設定してください。'],
    },
    C11: {
      name: 'オーナーの削除',
      what: 'Pod のオーナー（Job、ワークフロー、ReplicaSet）が削除または縮小され、Pod とログも一緒に削除されました。',
      advice: [
        '誰がオーナーを削除したかは API サーバーの監査ログに記録されています。`kubectl delete job --cascade=orphan` なら Pod は残ります。',
      ],
    },
    C12: {
      name: 'taint',
      what: 'ノードに NoExecute の taint が付きました（多くは NotReady または到達不能）。Pod は許容時間（デフォルト 300 秒）の後に削除されます。終了した Pod も削除されます。',
      advice: [
        '待機できる Pod では node.kubernetes.io/not-ready と unreachable の tolerationSeconds を大きくしてください。',
      ],
    },
    C13: {
      name: 'ノードの削除',
      what: 'ノードが削除され（スケールダウン、スポットインスタンス、手動）、ディスクとすべてのログも一緒になくなりました。',
      advice: [
        '削除する前にノードを drain し、エージェントが残りを送信する時間を確保してください。',
        '中断できない Job には、アノテーション cluster-autoscaler.kubernetes.io/safe-to-evict: "false" を設定してください。',
      ],
    },
    C14: {
      name: 'drain またはプリエンプション',
      what: 'Pod が API 経由で退避された（drain による。終了した Pod も対象）か、優先度の高い Pod によってプリエンプトされました。',
      advice: [
        'PodDisruptionBudget は実行中の Pod の drain を遅らせますが、終了した Pod は確認なしに削除されます。',
        'Job には、ほかの Pod にプリエンプトされない PriorityClass を設定してください。',
      ],
    },
    C15: {
      name: 'ログローテーション',
      what: 'コンテナが kubelet の保持量（デフォルトは 1 ファイル 10 MiB、5 ファイル）を超えて書き込みました。古いファイルは実行中に削除されます。`kubectl logs` は最新のファイルだけを表示し、エラーを返しません。',
      advice: [
        'kubelet の containerLogMaxSize または containerLogMaxFiles を大きくするか、書き込みを減らしてください。',
      ],
    },
    C16: {
      name: 'ランタイムからの消失',
      what: 'コンテナランタイムがコンテナを認識していません（リセット、`crictl rm`、起動時の初期化）。ファイルは通常ノードに残っています。',
      advice: [
        'ファイルはノードの /var/log/pods に残っている可能性があります。ランタイムがリセットされた理由を調べてください。',
      ],
    },
    C17: {
      name: '別のプログラムによる削除',
      what: 'kubelet 以外のユーザーまたはプログラム（rm、logrotate、クリーンアップスクリプト、hostPath ボリュームを使う Pod）がログファイルを削除または切り詰めました。',
      advice: [
        '/var/log/pods や /var/log/containers を変更する logrotate の設定やスクリプトを探してください。これらのファイルは kubelet 自身がローテーションします。',
      ],
    },
    C18: {
      name: '書き込み中のディスク満杯',
      what: 'ディスクが満杯で、コンテナランタイムがログの行を書き込めませんでした。その行はどのファイルにも存在しません。',
      advice: [
        'コンテナランタイムのログで "Fail to write" を探してください。退避のしきい値を下げると書き込みの余裕が減るため、慎重に設定してください。',
      ],
    },
    C19: {
      name: 'インプレース再起動',
      what: 'Pod のルールにより、すべてのコンテナがその場で再起動されました。kubelet は先にコンテナを削除します。Kubernetes 1.35 ではファイルも削除され、1.36 以降ではファイルは残ります。',
      advice: ['Kubernetes 1.36 以降では、Pod が削除されるまでファイルは /var/log/pods に残ります。'],
    },
    C20: {
      name: 'ノードのシャットダウン',
      what: 'ノードがシャットダウンされました。ディスクが残っていれば、再起動後にログを再び参照できます。',
      advice: ['コンテナとエージェントが正常に終了できるように、kubelet の shutdownGracePeriod を設定してください。'],
    },
  },
  unknownCause: {
    name: '不明',
    advice: [
      '`afterlog doctor` を実行してください。エージェント、watch、kubelet のログがすべて読み取られているかを確認します。',
    ],
  },
  statuses: {
    complete: '完全',
    rescued: '救出済み',
    partial: '一部のみ',
    lost: '喪失',
    pending: '送信中',
    unknown: '不明',
  },
  confidences: {
    confirmed: { name: '確定', meaning: '削除したコンポーネント自身が報告しました' },
    strong: { name: '有力', meaning: 'すべての証拠が一致し、ほかの原因は否定されました' },
    likely: { name: '可能性大', meaning: '一致していますが、証拠の一部がありません' },
    unknown: { name: '不明', meaning: '証拠からは判断できません' },
  },
  sources: {
    'kubelet log': 'kubelet のログ',
    'files on the node': 'ノード上のファイル',
    pod: 'Pod',
    job: 'Job',
    node: 'ノード',
    'node condition': 'ノードの状態',
    event: 'イベント',
    'other container records': 'ほかのコンテナレコード',
    agent: 'エージェント',
    disk: 'ディスク',
    'kubelet configuration': 'kubelet の設定',
  },
  origins: {
    kubelet: 'kubelet の /configz',
    assumed: 'Kubernetes のデフォルト（未取得）',
    Job: 'Job',
    CronJob: 'CronJob',
    pod: 'Pod',
  },
  review: {
    title: (range) => `容量レビュー（${range}）`,
    range: (from, to) => `${from} から ${to} まで`,
    headings: {
      summary: '概要',
      ranking: '順位',
      comparison: '前の期間との比較',
      headroom: '余裕',
      fillRate: '使用量の増加',
      filling: '期間の終わりにディスクを使用しているもの',
      families: '書き込みの多い Job ファミリー',
      findings: '変更すべき設定',
      trend: '推移',
      whatIf: '設定を変えた場合',
      notes: '注記',
    },
    ranking: { node: 'ノード別', pool: 'プール別', namespace: '名前空間別', job: 'Job ファミリー別' },
    columns: {
      cluster: 'クラスター',
      node: 'ノード',
      pool: 'プール',
      namespace: '名前空間',
      job: 'Job ファミリー',
      pressureHours: 'DiskPressure（時間）',
      reclaims: '回収',
      imageGcs: 'イメージの GC',
      containersRemoved: '削除されたコンテナ',
      imagesRemoved: '削除されたイメージ',
      imageBytesRemoved: '削除されたイメージの容量',
      imagesPulledAgain: '再び取得されたイメージ',
      podsEvicted: '退避された Pod',
      podsOverLimit: '上限を超えた Pod',
      podsRejected: '拒否された Pod',
      complete: '完全',
      rescued: '救出済み',
      partial: '一部のみ',
      lost: '喪失',
      open: '未確定',
      figure: '項目',
      before: '前の期間',
      now: '現在',
      disk: 'ディスク',
      capacity: '容量',
      p95: 'P95',
      worst: '最大',
      threshold: 'しきい値',
      at: '使用率',
      leftNow: '現在の残り',
      leftAtWorst: '最大時の残り',
      expected: '到達の見込み',
      filled: '増加',
      worstMinute: '1 分間の最大増加',
      observedHours: '観測（時間）',
      used: '使用量',
      images: 'イメージ',
      layers: '書き込みレイヤー',
      logsLive: '実行中コンテナのログ',
      logsDead: '終了したコンテナのログ',
      volumes: 'ボリューム',
      other: 'その他',
      logBytes: '書き込まれたログ',
      layerBytes: '最大のレイヤー',
      volumeBytes: '最大のボリューム',
      podBytes: '最大の Pod',
      pulls: 'イメージの取得回数',
      pulledBytes: '取得したイメージ',
      pulledAgain: '同じイメージとノード',
      from: '開始',
      usedAtEnd: '終わりの使用量',
      added: '増減',
      reclaimsAvoided: '起こらない回収',
      reclaimsAdded: '加わる回収',
      containersKept: '残るコンテナ',
      logsKept: 'うち Loki に欠けるログ',
      imageGcsReplayed: '変更後のイメージの GC',
      moreImageBytes: '余分に削除されるイメージ',
    },
    noName: '（不明）',
    noLabel: '（ラベルなし）',
    p95Bound: 'P95 は上限値です。時間ごと、日ごとのパーセンタイルから求めています。',
    moreNodes: (n) =>
      `ほかに ${numberText(n)} 個のノードがあります。JSON 出力にはすべて含まれ、ノードのフィルターで 1 つを表示できます。`,
    noComparison: '前の期間は観測されていないため、比較はありません。',
    noFinding: 'レコードから言える変更点はありません。',
    effect: (effect) => `効果: ${effect}`,
    unknown: (unknown) => `不明な点: ${unknown}`,
    assumption: (assumption) => `仮定: ${assumption}`,
    familiesNotKnown: '不明です。rollup から分かりますが、この期間の rollup がありません。',
    noFamily: 'この期間の rollup に名前のあるものはありません。',
    familiesAtLeast: '少なくともこの量です。各 rollup は、そのノードで書き込みの多いものだけを挙げます。',
    pullsAtMost:
      '取得したイメージの大きさは kubelet の報告によります。imagePullPolicy が Always の場合、すでにノードにあり、レイヤーが再び転送されなかったイメージも含まれます。',
    crossed: '到達済み',
    tooLittleData: 'データ不足',
    noGrowth: '一定の増加なし',
    expectedIn: (expected, earliest, latest) => `${expected}後（${earliest}から${latest}）`,
    span,
    list: '、',
    andMore: (names, n) => `${names} ほか ${numberText(n)} 件`,
  },
  codes: {
    reclaimed: ({ node, resource, afterMs, others, isLikely }) =>
      `${likely(isLikely)}${its(node)}の${resource === 'inodes' ? 'inode（ファイル数）' : 'ディスク'}が不足し、kubelet が` +
      `${afterMs === null ? '' : `終了の ${span(afterMs)}後に`}このコンテナを${others === 0 ? '' : `ほかの ${numberText(others)} 個とともに`}削除しました。`,
    evicted: ({ node, resource }) =>
      `${its(node)}の${resource ?? 'リソース'}が不足したため、kubelet がこの Pod を退避させ、ログを削除しました。`,
    'evicted-own-limit': ({ node }) =>
      `Pod が自身の上限を超えて一時ストレージを使用したため、kubelet が${its(node)}からこの Pod を退避させ、ログを削除しました。`,
    'preempted-by-kubelet': ({ node }) =>
      `${its(node)}の kubelet が、クリティカルな Pod を受け入れるためにこの Pod を退避させ、ログを削除しました。`,
    'older-run': ({ run, runs, newerRun }) =>
      `これはコンテナの ${runs} 回の実行のうち ${run} 回目です。kubelet は最後に終了した実行のログだけを保持し、${newerRun} 回目の実行が終了していました。`,
    'restarted-in-place': ({ fileStays }) =>
      fileStays
        ? 'Pod のルールにより、すべてのコンテナがその場で再起動されました。kubelet がこの実行をコンテナランタイムから削除したため `kubectl logs` では読めませんが、ファイルはノードに残っています。'
        : 'Pod のルールにより、すべてのコンテナがその場で再起動され、kubelet がこの実行をログごと削除しました。',
    'sandbox-changed': () =>
      'Pod のサンドボックスが作り直され、kubelet が init コンテナを再実行するために削除しました。',
    'deleted-ttl': ({ job, ttlSeconds }) =>
      `${theJob(job)} が${ttlSeconds === null ? '' : `終了の ${ttlSeconds} 秒後に`}Pod ごと削除され（ttlSecondsAfterFinished）、このログも Pod とともに削除されました。`,
    'deleted-history': ({ cronJob, job, limit }) =>
      `${theCronJob(cronJob)} は完了した Job を${limit === null ? '一定数' : `最新の ${limit} 個`}だけ保持し、${theJob(job)} を削除しました。このログも Pod とともに削除されました。`,
    'deleted-replaced': ({ cronJob, job }) =>
      `${theCronJob(cronJob)} が実行中の ${theJob(job)} を置き換え（concurrencyPolicy Replace）、このログも Pod とともに削除されました。`,
    'deleted-job-ended': ({ job, reason }) =>
      `この Pod がアクティブな間に ${theJob(job)} が終了した${reason === null ? '' : `（${reason}）`}ため、Job コントローラーが Pod とログを削除しました。`,
    'deleted-job-suspended': ({ job }) =>
      `この Pod がアクティブな間に ${theJob(job)} が一時停止されたため、Job コントローラーが Pod とログを削除しました。`,
    'deleted-job-continues': ({ job }) =>
      `Job コントローラーが ${theJob(job)} のアクティブなこの Pod とログを削除し、Job は継続しました。Job が一時停止されたか、必要な Pod が減りました。`,
    'deleted-job-controller': ({ job }) =>
      `Job コントローラーが ${theJob(job)} のアクティブなこの Pod をログごと削除しました。`,
    'deleted-controller': () => 'この Pod のコントローラーが、余分な Pod としてログごと削除しました。',
    'deleted-owner': ({ job }) => `${theJob(job)} が削除され、Pod とこのログも一緒に削除されました。`,
    'deleted-podgc': () =>
      'クラスターに終了した Pod が多すぎたため、kube-controller-manager（Pod の GC）がこの Pod をログごと削除しました。',
    'deleted-taint': ({ node }) =>
      `${its(node)}に NoExecute の taint（NotReady のノードなどに付きます）があったため、Pod がログごと削除されました。`,
    'deleted-node': ({ node }) => `${its(node)}が削除され、Pod とログも一緒に削除されました。`,
    'deleted-drain': ({ node }) =>
      `${its(node)}の drain などにより Pod が API 経由で退避され、ログも一緒に削除されました。`,
    'deleted-preempted': () =>
      'スケジューラーが優先度の高い Pod のためにこの Pod を退避させ、ログも一緒に削除されました。',
    'deleted-client': () =>
      'Pod が API で削除され、どのコントローラーも報告していません。ユーザー、drain、Namespace の削除、またはほかのクライアントによるものです。',
    'deleted-unwatched': () => 'watch が動作していない間に Pod が削除されたため、原因は不明です。',
    'deleted-unattended': ({ since }, times) =>
      `Pod は削除されましたが、${times.clock(since)} 以降はどのエージェントもログを確認していません。削除時にログが残っていたかどうかは不明です。`,
    'node-removed': ({ node }) => `${its(node)}が削除され、ディスクとすべてのログがなくなりました。`,
    'node-removed-unwatched': ({ node, since }, times) =>
      `${its(node)}が削除され、ディスクとすべてのログがなくなりました。${times.clock(since)} 以降はエージェントが監視していなかったため、このログがそのときまで残っていたかどうかは不明です。`,
    'node-shutdown': ({ node }) => `Pod の実行中に${its(node)}がシャットダウンされ、その後ログは存在しませんでした。`,
    'runtime-lost': ({ node }) =>
      `${its(node)}のコンテナランタイムがこのコンテナを認識していないため、\`kubectl logs\` では読めません。ファイル自体は残っています。`,
    rotated: ({ lines }) =>
      lines === null
        ? 'エージェントが観測していない間に、このログの一部のファイルがノードから削除されました。コンテナの出力が kubelet の保持量を超えると、ログローテーションによりこうなります。`kubectl logs` はそれを報告しません。'
        : `コンテナが kubelet の保持量を超えて書き込み、ログローテーションが最初の ${lineCount(lines)}をノードから削除しました。\`kubectl logs\` はそれを報告しません。`,
    truncated: () => 'kubelet 以外の何かがログファイルを切り詰めました。',
    'deleted-while-running': () =>
      'コンテナの実行中にログファイルが削除されました。kubelet はこれを行いません。ノード上のユーザーまたは別のプログラムによるものです。',
    'deleted-by-other': ({ directory, isLikely }) =>
      `${likely(isLikely)}kubelet 以外のユーザーまたはプログラムが${directory ? 'ログのディレクトリ' : 'ログファイル'}を削除しました。Pod はまだ存在し、kubelet が削除する理由はありません。`,
    'directory-removed': ({ at, podKnown }, times) =>
      `${at === null ? '' : `${times.clock(at)} に`}Pod のログディレクトリ全体がノードから削除されました。${
        podKnown
          ? 'ただし、Pod の削除や退避は記録されていません。'
          : 'Pod が削除されたときと同じ状態ですが、何が削除したかを示す API サーバーの記録がありません。'
      }`,
    undecided: ({ causes, isPart = false }) =>
      `${isPart ? 'ログの一部は' : 'ログは'}ノードから削除されました。証拠は ${causes.join(' と ')} に一致し、どちらかは判断できません。`,
    unexplained: ({ at }, times) =>
      `${at === null ? '' : `${times.clock(at)} に`}ログがノードから削除されました。一致する回収、退避、再起動、Pod の削除は記録されていません。`,
    'on-node': ({ node, ended }) =>
      ended
        ? `コンテナは終了しており、ログは${its(node)}に残っています。\`kubectl logs\` で読めます。`
        : `コンテナは${its(node)}で実行中で、\`kubectl logs\` でログを読めます。`,
    'not-known-removed': ({ node }) =>
      `ログが${its(node)}から削除されたかどうかは分かりません。\`kubectl logs\` で表示できる可能性があります。`,

    'nodes-reporting': ({ nodes, since }, times) =>
      `${since === null ? 'この期間を通して' : `${times.time(since)} から`} ${numberText(nodes)} ノードのエージェントが報告しています。`,
    'nodes-silent': ({ nodes, since }, times) =>
      `${times.time(since)} ${nodes.length > 1 ? '以降' : 'から'}、${numberText(nodes.length)} ノードのエージェントの報告が途絶えています: ${some(nodes)}。`,
    'node-unobserved': ({ node, from, to }, times) =>
      `${times.time(from)} から ${times.time(to)} まで、ノード ${node} を観測していたエージェントはありません。`,
    'more-unobserved': ({ times }) => `観測の中断がほかに ${numberText(times)} 回あります。`,
    'nodes-unreadable': ({ nodes }) =>
      `${numberText(nodes.length)} ノードのエージェントはログを読み取れません: ${some(nodes)}。そのノードで \`afterlog doctor\` を実行してください。`,
    'nodes-without-agent': ({ nodes }) =>
      `エージェントのないノードが ${numberText(nodes.length)} あります: ${some(nodes)}。`,
    'no-agent-reported': ({ last }, times) =>
      `この期間、この Loki に報告したエージェントはなく、何も分かりません。` +
      (last === null
        ? 'URL とテナント、エージェントが動作していることを確認してください。'
        : `エージェントの最後の報告は ${times.time(last)} です。`),
    'watch-silent': ({ cluster, since }, times) =>
      `クラスター ${cluster} の watch の報告は ${times.time(since)} から途絶えています。それ以降の Pod はエージェントからのみ分かります。`,
    'no-watch': () => 'watch の報告がありません。エージェントのないノードの Pod は分かりません。',
    'name-unknown': ({ what, name, near }) =>
      `${UNKNOWN_KINDS[what]} ${name} のレコードはありません。${near.length === 0 ? '' : `レコードにある名前: ${near.join('、')}`}`,
    'unseen-no-agent': ({ node }) => `${its(node)}からエージェントの報告がありません。`,
    'unseen-started-later': ({ node, ms }) =>
      `${its(node)}のエージェントは、コンテナの終了から ${span(ms)}後に起動しました。`,
    'unseen-silent': ({ node, from, to }, times) =>
      `${times.clock(from)} から${to === null ? '' : ` ${times.clock(to)} まで、`}${its(node)}を観測していたエージェントはありません。`,
    'unseen-not-yet': ({ node }) => `${its(node)}のエージェントは動作しており、このコンテナをまだ報告していません。`,
    'unseen-excluded': ({ node, namespace }) =>
      `${its(node)}のエージェントは観測していましたが、Namespace ${namespace} については何も報告していません。除外されている可能性があります。`,
    'unseen-unexplained': ({ node }) =>
      `${its(node)}のエージェントは観測していましたが、このコンテナを報告していません。理由は不明です。`,

    'loki-complete': () => 'ログはすべて Loki にあります。',
    'loki-empty': () => 'コンテナは何も出力しませんでした。',
    'loki-rotated-complete': () => 'ノードから削除された分はすべて Loki にあります。',
    'loki-rescued': () => 'ログはすべて Loki にあります。最後の部分は、削除後のファイルから読み取られました。',
    'loki-partial': ({ lines, bytes: size, from, to }, times) =>
      `ログの一部が Loki にあります。${linesAndBytes(lines, size)}${clocks(from, to, times)}が欠けています。`,
    'loki-partial-end': ({ bytes: size }) =>
      size > 0
        ? `ログの一部が Loki にあります。少なくとも ${bytes(size)}が欠けています。`
        : 'ログの一部が Loki にあります。末尾が欠けている可能性があります。',
    'loki-lost': () => 'ログは Loki に 1 行も届いておらず、失われました。',
    'loki-lost-part': ({ lines, bytes: size, from, to }, times) =>
      `ログは失われました。${linesAndBytes(lines, size)}${clocks(from, to, times)}が欠けています。`,
    'loki-lost-unseen': () => 'ログは失われました。',
    'loki-pending': ({ asOf }, times) =>
      `${times.time(asOf)} の時点で、ログはまだすべて Loki に届いていません。このあと届く可能性があります。`,
    'loki-caught-up': ({ asOf }, times) =>
      `エージェントが ${times.time(asOf)} までに読み取った分はすべて Loki にあります。このあと続きが届く可能性があります。`,
    'loki-pending-backlog': ({ asOf, bytes: size }, times) =>
      `${times.time(asOf)} の時点で、ログはまだすべて Loki に届いていません。エージェントには ${bytes(size)}の未送信分がありました。`,
    'loki-unknown': () => 'ログがすべて Loki にあるかどうかは不明です。',
    'loki-excluded': ({ rule }) => `設定により除外されています（${rule}）。エージェントはこのログを送信しません。`,
    'loki-unseen': () => 'ログがどれだけ Loki にあるかを報告したエージェントはありません。',
    'loki-other-shipper': () =>
      '別のログ収集エージェントが送信した行が Loki にあります。すべての行がそろっているかどうかは不明です。',

    'reclaim-began': ({ resource }) => `kubelet が ${resource ?? 'ディスク容量'}の回収を開始`,
    'reclaim-removed': ({ containers, images, imageBytes, outcome }) =>
      `回収でコンテナ ${containers} 個とイメージ ${images} 個（${Math.round(imageBytes / 1e6)} MB）を削除。${
        { relieved: 'これで足りた', evicting: '足りず、Pod を退避', unknown: '回収の終わりはログにない' }[outcome]
      }`,
    'reclaim-named': ({ containerId }) => `この回収で kubelet がコンテナ ${containerId.slice(0, 12)} を削除`,
    'file-gone': ({ directory, noticedMs, unackedBytes }) =>
      `ログファイルが削除された。${
        {
          empty: 'ディレクトリは空のまま残った',
          removed: 'ディレクトリも削除された',
          unknown: 'ディレクトリは観測されていない',
        }[directory]
      }${noticedMs === null ? '' : `（エージェントは ${span(noticedMs)}後に検知）`}。${
        unackedBytes === null
          ? '送信の対象外だった'
          : unackedBytes === 0
            ? 'Loki にはすべて届いていた'
            : `${bytes(unackedBytes)}は Loki の確認応答がなかった`
      }`,
    reported: ({ text }, times) => withClocks(text, times),
    'status-reported': ({ reason, message }) => `${reason}: ${message.trim() || '（メッセージなし）'}`,
    'pod-deleted': ({ isLater, gone }, times) =>
      `Pod が${isLater ? 'その後' : ''}削除された${gone === null ? '' : `。${times.clock(gone)} に API から消えた`}`,
    'pod-last-seen': ({ gone }, times) =>
      `Pod が API で最後に確認された${gone === null ? '' : `。${times.clock(gone)} には存在しなかった`}`,
    'clocks-differ': ({ ms }) => `ノードと API サーバーの時計が ${span(ms)}以上ずれている`,
    'pressure-began': ({ node }) => `${node} の kubelet がディスク容量の回収を開始`,
    'pressure-condition': ({ node, to, afterReclaimMs }, times) =>
      `${node} が DiskPressure と報告された（${to === null ? '継続中' : `${times.clock(to)} まで`}${
        afterReclaimMs === null ? '' : `、回収の ${span(afterReclaimMs)}後`
      }）`,
    pressure: ({ node }) => `${node} のディスクが不足`,
    'emptied-together': ({ containers, ms }) =>
      `複数の Pod のコンテナ ${containers} 個のログが ${span(ms)}以内に削除され、ディレクトリは残った`,
    'pod-there': () => 'Pod はまだ存在し、終了しており、退避されていなかった',
    'pod-deleted-by-then': () => 'その時点で Pod は削除済みだった',
    'pod-not-known': () => 'API サーバーからの Pod の記録がない',
    'newer-run-finished': ({ run }) => `同じコンテナの ${run} 回目の実行が終了`,
    'newer-run-started': ({ run }) => `同じコンテナの ${run} 回目の実行が開始`,
    'restart-rule': () => 'Pod のコンテナに再起動ルール RestartAllContainers がある',
    'file-shorter': ({ detail }) => `ファイルが以前より短くなった${detail === null ? '' : `: ${detail}`}`,
    'ended-afterwards': () => 'コンテナが終了したのはその後だった',
    'runs-still': () => '最後の観測時点でコンテナは実行中だった',
    'rotated-files': ({ files, bytes: size }) =>
      `コンテナが存在する間に、ローテーション済みのファイル ${files} 個（${bytes(size)}）が削除された`,
    'disk-unreadable': () => 'ディスクの使用量を読み取れなかった',
    'disk-use': ({ filesystem, usedPercent, available, capacity, signal, configured, isAssumed }) => {
      const use =
        capacity === null
          ? `inode の ${percentText(usedPercent)} を使用（空き ${numberText(available)}）`
          : `使用率 ${percentText(usedPercent)}（空き ${gigabytes(available)} / ${gigabytes(capacity)} GB）`;
      const limit = configured === null ? undefined : usedAt(configured);
      const begins =
        signal === null || configured === null
          ? ''
          : `。kubelet は${limit === undefined ? '' : `使用率 ${percentText(limit)}、`}${signal} < ${configured} で回収を開始（${assumed(isAssumed)}）`;
      return `${filesystem} の${use}${begins}`;
    },
    'disk-full': ({ filesystem }) =>
      `コンテナの実行中に ${filesystem} の空きがなくなった。書き込まれなかった行がある可能性がある`,
    'largest-pod': ({ pod, bytes: size }) => `実行中の Pod では ${pod} の使用量が最大: ${gigabytes(size)} GB`,
    'kubelet-settings': ({ high, low, thresholds, isAssumed }) =>
      `イメージの GC は使用率 ${high} % で始まり ${low} % で終わる。回収は ${thresholds || 'しきい値なし'} で始まる（${assumed(isAssumed)}）`,
    'node-gone': ({ node }) => `ノード ${node} が API から消えた`,
    'node-shut-down': ({ node }) => `ノード ${node} がシャットダウンされた`,
    'agent-first-sign': ({ node }) => `${its(node)}のエージェントの最初の報告`,
    'agent-last-sign': ({ node }) => `${its(node)}のエージェントの、その前の最後の報告`,
    'acked-before': ({ until }, times) =>
      `コンテナは終了しており、エージェントが ${times.clock(until)} までに読み取った内容は Loki がすべて確認応答していた`,

    'out-kubelet-log': () => 'kubelet のログはこの時点を含み、回収でこのコンテナを挙げていない',
    'out-named-by-kubelet': () => 'kubelet のログが回収でこのコンテナを挙げている',
    'out-no-pressure': () => 'ノードの状態は監視されており、DiskPressure ではなかった',
    'out-disk-free': ({ usedPercent }) => `ディスクの使用率は ${percentText(usedPercent)} で、しきい値から遠かった`,
    'out-others-stayed': ({ containers }) =>
      `回収は終了したコンテナをすべて削除するが、ノード上のほかの ${containers} 個のログは残った`,
    'out-directory-removed': () => 'この場合ディレクトリは残るが、削除されていた',
    'out-directory-stayed': () => '削除された Pod のディレクトリは削除されるが、残っていた',
    'out-running': () => 'コンテナは実行中だった',
    'out-running-removed': () => '回収は終了したコンテナだけを削除するが、実行中のコンテナのログも一緒に削除された',
    'out-stayed': ({ until }, times) => `${times.clock(until)} の時点でファイルはまだ存在していた`,
    'out-gone-before': () => 'ログはその前に削除されていた',
    'out-file-size': ({ bytes: size, maxBytes }) =>
      `kubelet は ${bytes(maxBytes)}のファイルをローテーションするが、このファイルは ${bytes(size)}だった`,
    'out-not-deleted': () => 'Pod が削除されたのはその後だった',
    'out-newer-run-stayed': () => '同じコンテナの新しい実行のログはより長く残っていた',

    'need-kubelet-log': () => 'その時刻の kubelet のログ',
    'need-watch': () => 'その時刻の `afterlog watch` のレコード',
    'need-disk': () => 'その時刻のディスクの使用量',
    'need-agent': () => 'その時刻にノードで動作していたエージェント',
    'need-settings': () => 'kubelet の containerLogMaxSize',

    'advice-image-gc': ({ high, low, wantedHigh, wantedLow, reclaimPercent, signal, configured }) =>
      `imageGCHighThresholdPercent を ${high} から ${wantedHigh} に、imageGCLowThresholdPercent を ${low} から ${wantedLow} に変更してください。回収は使用率 ${reclaimPercent} %（${signal} ${configured}）で始まるため、イメージの GC はそれより十分前に始まる必要があります。`,
    'advice-image-gc-early': ({ high, lead, reclaimPercent, signal, configured }) =>
      `imageGCHighThresholdPercent はすでに ${high} で、回収は使用率 ${reclaimPercent} %（${signal} ${configured}）で始まります。イメージの GC は ${lead} ポイント先に始まりましたが、足りませんでした。ほかに何がディスクを使っているかを調べてください。`,
    'advice-storage-limit': ({ value }) =>
      `コンテナの limits.ephemeral-storage は ${value} です。大きくするか、書き込みを減らしてください。ログも使用量に含まれます。`,
    'advice-storage-request': ({ value }) =>
      `コンテナの requests.ephemeral-storage: ${value}。不足したリソース（memory、ephemeral-storage）の requests を超えている Pod が先に退避されます。実際の使用量を requests に設定してください。`,
    'advice-ttl': ({ seconds }) =>
      `spec.ttlSecondsAfterFinished は ${seconds} です。Pod をより長く参照する必要がある場合は大きくしてください（1 日は 86400）。`,
    'advice-history': ({ limits, replaces }) =>
      `${limits.map(({ name, value }) => `spec.${name} は ${value}`).join('、')} です。Pod をより長く参照する必要がある場合は大きくしてください。${
        replaces ? 'spec.concurrencyPolicy は Replace です。Forbid なら Job は最後まで実行されます。' : ''
      }`,
    'advice-rotation': ({ size, files }) =>
      `kubelet の containerLogMaxSize は ${size}、containerLogMaxFiles は ${files} です。大きくするか、書き込みを減らしてください。`,
    'advice-unseen': () =>
      'そのノードで `afterlog agent` が動作しているか（DaemonSet の toleration）、Namespace が除外されていないかを確認してください。',
    'advice-gap': ({ reason }) => gapAdvice[reason],

    'account-empty': () => 'コンテナは何も出力しませんでした。',
    'account-complete': ({ lines, bytes: size, from, to }, times) =>
      `ログはすべて Loki にあります: ${lineCount(lines)}${between(from, to, times)}、${bytes(size)}。`,
    'account-rescued': ({ lines, bytes: size, from, to, rescuedBytes }, times) =>
      `ログはすべて Loki にあります: ${lineCount(lines)}${between(from, to, times)}、${bytes(size)}。最後の ${bytes(rescuedBytes)}は削除後のファイルから読み取られました。`,
    'account-partial': ({ lines, of }) => `ログの一部が Loki にあります: ${lineCount(of)}のうち ${lineCount(lines)}。`,
    'account-partial-unknown': ({ lines }) =>
      `ログの一部が Loki にあります: ${lineCount(lines)}。コンテナはそれより多く出力していました。`,
    'account-lost': () => 'ログは Loki に 1 行もなく、失われました。',
    'account-pending': ({ bytes: size, of, lines, from, to }, times) =>
      `ログを Loki に送信中です: ${bytes(of)}のうち ${bytes(size)}、${lineCount(lines)}が届いています${lines > 0 ? between(from, to, times) : ''}。`,
    'account-growing': ({ lines, from, to }, times) =>
      `これまでの出力はすべて Loki にあります: ${lineCount(lines)}${lines > 0 ? between(from, to, times) : ''}。今後も出力される可能性があります。`,
    'account-unconfirmed': ({ lines, from, to, finished, asOf }, times) =>
      `コンテナは ${times.time(finished)} に終了しました。エージェントが ${times.time(asOf)} までに読み取った出力はすべて Loki にあります: ${lineCount(lines)}${lines > 0 ? between(from, to, times) : ''}。これがすべてかどうかは、エージェントがまだ確認していません。`,
    'account-excluded': ({ rule }) => `設定により除外されています（${rule}）。エージェントはこのログを送信しません。`,
    'account-unknown': ({ lines }) => `ログがすべて Loki にあるかどうかは不明です。${lineCount(lines)}が届いています。`,
    'account-tenant': ({ tenant }) => `行はテナント ${tenant} に保存されています。`,
    'account-dropped': ({ rule, lines, bytes: size }) =>
      `ルール ${rule} により ${lineCount(lines)}（${bytes(size)}）が破棄されました。`,
    'account-redacted': ({ rule, lines }) => `ルール ${rule} により ${lineCount(lines)}が伏せ字になりました。`,
    'account-gap': ({ lines, bytes: size, from, to, reason, detail }, times) =>
      `欠落: ${
        [lines !== null && lineCount(lines), size !== null && bytes(size)].filter(Boolean).join('、') ||
        '量の分からない一部'
      }${between(from, to, times)}。${gapReasons[reason]}${detail === null ? '' : `（${detail}）`}。`,
    'account-rotated': ({ lines, bytes: size, from, to, hasGaps }, times) =>
      `コンテナが存在する間に、ログローテーションが ${lineCount(lines)}（${bytes(size)}）${between(from, to, times)}をノードから削除しました。${
        hasGaps ? '欠落分を除いて Loki にあります' : 'Loki にあります'
      }が、kubectl logs では表示できませんでした。`,
    'account-left': ({ at, directory }, times) =>
      `ログは ${times.time(at)} にノードから削除されました。${
        directory === 'empty'
          ? 'ディレクトリは空のまま残りました。kubelet がコンテナを削除して Pod を残したときの状態です。'
          : directory === 'removed'
            ? 'Pod のログディレクトリも一緒に削除されました。Pod が削除または退避されたときの状態です。'
            : ''
      }`,
    'not-started-rejected': ({ pod, node, reason, message }) =>
      `${its(node)}の kubelet は Pod ${pod} の受け入れを拒否しました（${message === '' ? reason : `${reason}: ${message}`}）。コンテナは一つも開始されておらず、ログはありません。`,
    'not-started-failed': ({ pod, reason, message }) =>
      `Pod ${pod} はコンテナが開始される前に失敗したため（${message === '' ? reason : `${reason}: ${message}`}）、ログはありません。`,
    'not-started-unscheduled': ({ pod, isOver }) =>
      isOver
        ? `Pod ${pod} はノードにスケジュールされなかったため、ログはありません。`
        : `Pod ${pod} はまだノードにスケジュールされていないため、ログはありません。`,
    'not-started-waiting': ({ pod, container, reason, isOver }) =>
      isOver
        ? `Pod ${pod} のコンテナ ${container} は開始されなかったため（${reason}）、ログはありません。`
        : `Pod ${pod} のコンテナ ${container} はまだ開始されていないため（${reason}）、ログはありません。`,
    'not-started': ({ pod, isOver }) =>
      isOver
        ? `Pod ${pod} のコンテナは一つも開始されなかったため、ログはありません。`
        : `Pod ${pod} のコンテナはまだ開始されていないため、ログはありません。`,
    'not-started-job': ({ job, isSuspended, isOver, why }) =>
      `${
        isSuspended
          ? `Job ${job} は一時停止されており、Pod の記録がないため`
          : isOver
            ? `Job ${job} は Pod の記録がないまま終了したため`
            : `Job ${job} の Pod はまだ記録されていないため`
      }${why === '' ? '' : `（${why}）`}、ログはありません。`,
    'account-on-node': ({ ended }) =>
      ended ? 'コンテナは終了しており、ログはノードに残っていました。' : 'ログはノードに残っていました。',

    'capacity-worst': ({ node, reclaims, pressureMs, removed, lost, partial, writer }) =>
      `${node}: ${reclaims === null ? '回収は不明' : `回収 ${numberText(reclaims)} 回`}、${
        pressureMs === null ? 'DiskPressure は不明' : `DiskPressure ${span(pressureMs)}`
      }、kubectl logs で全体を表示できなくなったログ ${numberText(removed)} 件（うち Loki に全くないもの ${numberText(lost)} 件、一部がないもの ${numberText(partial)} 件）。${
        writer === undefined
          ? ''
          : `ディスクに書き込まれた量の少なくとも ${percentText(writer.percent)} は Job ファミリー ${writer.name} によるものです。`
      }`,
    'capacity-quiet': ({ nodes, nearest }) =>
      `${numberText(nodes)} 個のノードに、回収、DiskPressure、削除されたログの記録はありません。${
        nearest === null
          ? ''
          : `しきい値に最も近づいたのは ${nearest.node} で、${nearest.threshold} まで容量の ${percentText(nearest.leftPercent)} が残っていました。`
      }`,
    'capacity-no-nodes': () => 'この期間のノードに関するレコードはありません。',
    'capacity-interrupted': ({ missing }) =>
      missing === 'counts'
        ? '読み取りが中断されました。回収、DiskPressure、退避、削除されたログの数値がありません。'
        : '読み取りが中断されました。前の期間の数値がありません。',
    'capacity-late-image-gc': ({ high, signal, reclaimPercent }) =>
      `イメージの GC は使用率 ${high} % で始まり、eviction manager の回収は ${percentText(reclaimPercent)}（${signal}）から行われます。eviction manager のほうが頻繁に確認するため、イメージの GC は先に動作せず、回収では終了したコンテナも削除されました。`,
    'capacity-late-image-gc-effect': ({ wantedHigh, leadPercent }) =>
      `イメージの GC は使用率 ${wantedHigh} %、つまり回収よりディスクの ${percentText(leadPercent)} 手前で始まります。削除されるのは未使用のイメージで、ログは削除されません。イメージの GC の実行間隔である 5 分以内にほかのデータで埋まるディスクでは回収が起こり、削除されたイメージは Pod が必要とするときに再び取得されます。`,
    'capacity-missing-signals': ({ signals }) =>
      `evictionHard に ${signals.join('、')} がありません。一部だけを指定するとデフォルト値はすべて置き換えられるため、これらのシグナルは無効です。`,
    'capacity-missing-signals-effect': () =>
      'リソースが完全になくなる前に kubelet が回収を行います。これまで起こらなかった回収により、終了したコンテナがログごと削除される可能性があります。',
    'capacity-rotation': ({ containers, workloads, maxBytes, files, largestBytes, bytesPerHour }) =>
      `コンテナが存在する間に、ログローテーションが ${numberText(containers)} 個のコンテナ（${some(workloads)}）のログの一部を削除しました。containerLogMaxSize は ${bytes(maxBytes)}、containerLogMaxFiles は ${files} です。${
        largestBytes === null
          ? ''
          : `読み取ったログのうち最大のものは ${bytes(largestBytes)}です${bytesPerHour === null ? '' : `（1 時間あたり ${bytes(bytesPerHour)}）`}。`
      }`,
    'capacity-rotation-effect': ({ keptBytes, beforeBytes }) =>
      `ノードには各コンテナのログのうち少なくとも最新の ${bytes(keptBytes)}が残ります（これまでは ${bytes(beforeBytes)}）。ディスクにその容量が必要です。`,
    'capacity-image-max-age': ({ images, bytes: size }) =>
      `imageMaximumGCAge は 0 で、未使用のイメージはディスクがほぼ満杯になるまで残ります。回収とイメージの GC は、どのコンテナも使用していない ${numberText(images)} 個のイメージ（${bytes(size)}）を削除しました。`,
    'capacity-image-max-age-effect': ({ hours }) =>
      `イメージの GC は、ディスクの使用率に関係なく、${hours} 時間使用されなかったイメージも削除します。ログは削除されません。kubelet を再起動すると期間は数え直され、削除されたイメージは Pod が必要とするときに再び取得されます。`,
    'capacity-image-min-age': ({ durationMs, passes }) =>
      `imageMinimumGCAge は ${span(durationMs)}で、${numberText(passes)} 回の回収とイメージの GC はイメージを削除しませんでした。`,
    'capacity-image-min-age-effect': ({ durationMs }) =>
      `回収とイメージの GC は、${span(durationMs)}以上経過した未使用のイメージを削除できます。イメージで十分な容量が空く回収は Pod を退避しませんが、終了したコンテナは削除します。`,
    'capacity-image-churn': ({ bytes: size, percent, again }) =>
      `この期間に、イメージと終了したコンテナのレイヤーが合わせて ${bytes(size)}増えました。ディスクに書き込まれた量の ${percentText(percent)} です。取得されたイメージは最大でこの量です。${
        again === null || again === 0
          ? ''
          : `${numberText(again)} 個のイメージは複数回削除され、その間に再び取得されました。`
      }`,
    'capacity-image-churn-effect': () =>
      'イメージによる増加であれば、イメージを小さくし、Job の間でベースレイヤーを共有し、同じ内容の新しいタグを減らすと、ディスクが埋まる速度が下がります。ディスクを大きくするだけでは回収の頻度が下がるだけで、規模は小さくなりません。',
    'capacity-evicted': ({ workload, container, pods, usedBytes, requestBytes }) =>
      `ノードのディスクが不足したとき、${workload} の Pod ${numberText(pods)} 個が退避されました。コンテナ ${container} は ephemeral-storage を最大 ${bytes(usedBytes)}使用し、requests は ${requestBytes === 0 ? '設定されていません' : `${bytes(requestBytes)}です`}。requests を超えて使用している Pod が先に退避されます。`,
    'capacity-no-request': ({ workload, containers, bytes: size, percent }) =>
      `${workload} の Pod は ephemeral-storage を最大 ${bytes(size)}（最小のディスクの ${percentText(percent)}）使用しましたが、${some(containers)} に requests が設定されていません。`,
    'capacity-request-effect': ({ bytes: size }) =>
      `スケジューラーは、ephemeral-storage に ${bytes(size)}の空きがあるノードにだけ Pod を配置し、limits を超えたコンテナはノードを満杯にする前に退避されます。ログと書き込み可能レイヤーも両方に含まれます。`,
    'capacity-own-limit': ({ workload, pods, what, name, limit }) =>
      `${workload} の Pod ${numberText(pods)} 個が、${
        what === 'container'
          ? `コンテナ ${name} の limits.ephemeral-storage ${limit}`
          : what === 'pod'
            ? `コンテナの limits.ephemeral-storage の合計 ${limit}`
            : `emptyDir ボリューム ${name} の sizeLimit ${limit}`
      } を超えたために退避されました。`,
    'capacity-own-limit-effect': ({ what, bytes: size }) =>
      `${what === 'container' ? 'コンテナ' : what === 'pod' ? 'Pod' : 'ボリューム'}は退避までに ${bytes(size)}を使用できます。ディスクにその容量が必要です。足りない場合は PersistentVolume または generic ephemeral volume に書き込んでください。`,
    'capacity-near-limit': ({ workload, bytes: size, limitBytes, percent }) =>
      `${workload} の Pod は ephemeral-storage を最大 ${bytes(size)}使用しました。limits の ${bytes(limitBytes)}の ${percentText(percent)} です。`,
    'capacity-near-limit-effect': ({ bytes: size }) =>
      `Pod は退避までに ${bytes(size)}を使用できます。ログと書き込み可能レイヤーも limits に含まれます。`,
    'capacity-volumes': ({ workload, bytes: size, percent }) =>
      `${workload} の emptyDir などのローカルボリュームは、1 つのノードで ${bytes(size)}（最小のディスクの ${percentText(percent)}）になりました。`,
    'capacity-volumes-effect': ({ bytes: size }) =>
      `データは ${bytes(size)}の専用のボリュームに置かれ、DiskPressure の原因となる nodefs を使いません。ボリュームは Pod とともに削除されます。データをより長く残すには独立した PersistentVolumeClaim を使用してください。`,
    'capacity-layers': ({ workload, bytes: size, percent }) =>
      `${workload} の書き込み可能レイヤーは、1 つのノードで ${bytes(size)}（最小のディスクの ${percentText(percent)}）になりました。`,
    'capacity-layers-effect': ({ bytes: size, isDedicated }) =>
      `コンテナは最大 ${bytes(size)}の emptyDir ボリュームに書き込み、超えた Pod だけが退避されます。${
        isDedicated
          ? 'ボリュームは nodefs にあるため、不足すると終了したコンテナが削除される imagefs が埋まる速度は下がります。'
          : 'ボリュームは同じディスクにあります。1 つの Pod が使う量を制限するもので、ディスクの空きは増えません。'
      }`,
    'capacity-ttl': ({ workload, removed, seconds }) =>
      `${workload} の ttlSecondsAfterFinished は ${numberText(seconds)} です。コンテナのログ ${numberText(removed)} 件は、Job の終了から ${span(seconds * 1000)}後に kubectl logs で表示できなくなりました。`,
    'capacity-ttl-effect': ({ seconds }) =>
      `回収によって先に削除されない限り、kubectl logs は Job の終了から ${span(seconds * 1000)}の間ログを表示します。その間、終了したコンテナがディスクを使用します。`,
    'capacity-history': ({ workload, removed, successful, failed, durationMs }) =>
      `${workload} は成功した Job を ${successful} 個、失敗した Job を ${failed} 個保持します。コンテナのログ ${numberText(removed)} 件は、終了から約 ${span(durationMs)}後に古い Job とともに kubectl logs で表示できなくなりました。`,
    'capacity-history-effect': ({ limit, durationMs }) =>
      `${numberText(limit)} 個の Job が保持され、回収によって先に削除されない限り、kubectl logs は約 ${span(durationMs)}の間ログを表示します。その間、終了したコンテナがディスクを使用します。`,
    'capacity-no-ttl': ({ workload, removed, bytes: size, percent }) =>
      `${workload} の終了した Job を削除する設定がありません。回収はそのコンテナ ${numberText(removed)} 個を削除しました。終了したコンテナのログは 1 つのノードで平均 ${bytes(size)}（最小のディスクの ${percentText(percent)}）を使用しました。`,
    'capacity-no-ttl-effect': ({ seconds }) =>
      `終了した Job は回収時ではなく ${span(seconds * 1000)}後に削除され、ディスクの使用量が減ります。その後のログは Loki にだけあります。`,
    'capacity-unknown-images': () => 'イメージが使用されなかった期間は記録されていません。',
    'capacity-unknown-young-images': () => 'より新しい未使用のイメージがあったかどうかは記録されていません。',
    'capacity-unknown-pullers': () =>
      'そのうちイメージがどれだけか、どの Job が取得したかは記録されていません。kubelet は両方をまとめて数えます。',
    'capacity-unknown-log-sizes': () => 'ログの大きさは不明です。値はこれまでの 2 倍です。',
    'capacity-unknown-need': () => '退避されなかった場合に使用したはずの量は不明です。',
    'capacity-unknown-container': () =>
      '各コンテナの使用量は記録されていません。値は Pod のすべてのコンテナの合計に対するものです。',
    'capacity-unknown-storage-class': () => '使用できる StorageClass がクラスターにあるかどうかは記録されていません。',
    'capacity-unknown-path': () => 'コンテナの書き込み先は記録されていません。mountPath を置き換えてください。',
    'capacity-unknown-lookups': ({ durationMs }) =>
      `ログがいつ参照されるかは記録されていません。${span(durationMs)}は仮定です。Loki にあるログは afterlog logs でいつでも読めます。`,
    'what-if-reclaims': ({ recorded, avoided, added, containersKept, logsAtLeast, logsAtMost, moreImageBytes }) =>
      `回収 ${numberText(recorded)} 回のうち ${numberText(avoided)} 回は起こりませんでした${
        added === 0 ? '' : `が、別に ${numberText(added)} 回起こりました`
      }。コンテナ ${numberText(containersKept)} 個が少なくとも次の回収まで残りました${
        logsAtMost === 0
          ? ''
          : `（うち Loki に全部または一部がないログのコンテナは ${
              logsAtLeast === logsAtMost
                ? numberText(logsAtMost)
                : `${numberText(logsAtLeast)}～${numberText(logsAtMost)}`
            } 個）`
      }。${
        moreImageBytes > 0
          ? `代わりにイメージ ${bytes(moreImageBytes)}が余分に削除されます。再び取得されるのは最大でこの量です。`
          : moreImageBytes < 0
            ? `削除されるイメージは ${bytes(-moreImageBytes)}少なくなりました。`
            : '削除されるイメージの量は同じです。'
      }`,
    'what-if-no-disk': () => 'ディスクの再現はありません。',
    'what-if-rotation': ({ cases, kept, unknown }) =>
      `ローテーションで短くなったログ ${numberText(cases)} 件のうち ${numberText(kept)} 件は全体がノードに残ります${
        unknown === 0 ? '' : `（${numberText(unknown)} 件は大きさの記録がありません）`
      }。`,
    'what-if-ttl': ({ cases, kept, unknown, seconds }) =>
      `TTL で削除されたログ ${numberText(cases)} 件のうち ${numberText(kept)} 件は、Job の終了から ${span(seconds * 1000)}後まで残ります${
        unknown === 0 ? '' : `（${numberText(unknown)} 件は TTL が不明です）`
      }。`,
    'what-if-left': ({ nodes }) =>
      `再現できないノード: ${some(nodes)}。ディスクの使用量またはしきい値の記録がないか、イメージとレイヤーが別のディスクにあります。`,
    'what-if-assumes-series': () =>
      'ワークロードの書き込みと削除は記録のとおりとします。回収で削除されなかったものは、次の削除までディスクに残ります。',
    'what-if-assumes-peak': () =>
      '回収時の使用量は、その前後に記録された最大値に、記録された最も速い増加で加わり得る量を足したものとし、少なくともしきい値とします。',
    'what-if-assumes-images': () =>
      'イメージの GC は使用量がしきい値に達してから 5 分後に動作し、次に記録された削除の対象から、その間に追加された量を引いたものを削除できるとします。ほかの未使用のイメージは記録されていません。残ったイメージは再度プルされません。記録でいつ再度プルされたかは、次に削除されるまでに追加された量から推定します。',
    'what-if-assumes-rollups': () =>
      '時間と日の rollup は最大の使用量で再現します。コンテナの削除で空いた量はそこでは不明です。',
    'what-if-assumes-inodes': () => 'inode による回収は記録のとおりとします。',
    'what-if-assumes-low': ({ low }) =>
      `imageGCLowThresholdPercent は high より小さくなければならないため、${low} とします。`,
    'what-if-assumes-logs': () =>
      'Job ファミリーのログの大きさは、最後にローテーションされたログと同じとします。残るログはディスクを使用します。',
    'what-if-assumes-ttl': () =>
      'ファミリーのすべての Job の TTL は最新の Job と同じとします。回収によってログが削除される可能性は残り、終了したコンテナはより長くディスクを使用します。',
    'what-if-unknown-key': ({ key, known }) => `不明な設定 "${key}"（使用できるもの: ${known.join('、')}）`,
    'what-if-invalid-value': ({ key, value, example }) =>
      `${key} の値 "${value}" が正しくありません（例: ${key}=${example}）`,
    'capacity-note-no-kubelet-log': ({ nodes }) =>
      `${some(nodes)} の回収、イメージの GC、それらが削除したものは不明です。エージェントが kubelet のログを読み取ったことを示すレコードがありません。`,
    'capacity-note-no-watch': ({ clusters }) =>
      `${some(clusters)} の DiskPressure、退避された Pod、拒否された Pod は不明です。この期間に watch は動作していませんでした。`,
    'capacity-note-watch-partly': ({ cluster, percent }) =>
      `${cluster} の watch が動作していたのは期間の約 ${percentText(percent)} です。DiskPressure、退避された Pod、拒否された Pod は少なくともこの数です。`,
    'capacity-note-no-disk': ({ nodes }) => `${some(nodes)} のディスクに関するレコードはありません。`,
    'capacity-note-samples': ({ nodes }) =>
      `${some(nodes)} のディスクの数値は、その時間の rollup がないため、一部がディスクのサンプルに基づきます。サンプルからは emptyDir などのボリュームは分かりません。`,
    'capacity-note-partly': ({ nodes, leastPercent }) =>
      `${some(nodes)} のディスクが観測されたのは期間の一部だけです（少なくとも ${percentText(leastPercent)}）。`,
    'capacity-note-no-thresholds': ({ nodes }) =>
      `${some(nodes)} のしきい値は不明です。分かるのは満杯までの距離だけです。`,
    'capacity-note-missed-peak': ({ nodes }) =>
      `${some(nodes)} で eviction manager が回収を行いましたが、退避のしきい値を超えた使用量の記録はありません。最大値は 2 つのサンプルの間にあり、実際の最大使用量は数値より大きい値でした。`,
    'capacity-note-assumed': ({ nodes }) =>
      `${some(nodes)} のしきい値は Kubernetes のデフォルト値です。kubelet の設定を読み取れませんでした。`,
  },
};
