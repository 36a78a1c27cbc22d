import type { Allowed } from '../model/params';
import type { Text } from './en';

const range = ({ values, whole }: Allowed) => (whole ? `整数 ${values}` : values);

export const zh: Text = {
  title: '未经训练的网络已有偏好',
  lead: '这些网络从未训练过。把圆点拖过红线，看看它们怎么想。',
  otherLanguage: 'English',
  parameters: {
    activation: { label: '激活函数', help: '层与层之间的函数。' },
    sigmaW2: { label: 'σ_w²', help: '权重方差乘以单元数。' },
    sigmaB2: { label: 'σ_b²', help: '偏置项的方差。' },
    depth: { label: '深度', help: '隐藏层的层数。' },
    width: { label: '宽度', help: '每个隐藏层以及输入的单元数。' },
    inputs: { label: '输入数', help: '直方图中每个网络要分类的随机输入个数。' },
    networks: { label: '网络数', help: '直方图统计的网络个数。' },
    seed: { label: '种子', help: '选择随机抽样：种子相同，网络就相同。' },
    network: { label: '网络', help: '大图显示这次抽样中的哪一个网络。' },
  },
  activations: {
    linear: '线性',
    relu: 'ReLU',
    leaky_relu: '带泄漏 ReLU',
    tanh: 'tanh',
    erf: '误差函数 erf',
    sin: '正弦 sin',
    abs: '绝对值',
    sigmoid: 'sigmoid',
    softplus: 'softplus',
    elu: 'ELU',
    selu: 'SELU',
    silu: 'SiLU',
    gelu: 'GELU',
    hard_tanh: '硬 tanh',
  },
  newDraw: '重新抽样',
  reset: '复位',
  cross: '穿过红线',
  stop: '停止',
  notice: '网址中有些内容未被采用：',
  problem: ({ key, values, allowed }) => {
    if (allowed === null) return `${key}：没有这个参数。`;
    const wrong =
      values.length > 1
        ? `${key} 出现了不止一次（${values.join('、')}）；只能取一个值，允许：`
        : `${key} = ${values[0] || '（空）'} 不在允许范围内；允许：`;
    return `${wrong}${range(allowed)}。已改用默认值。`;
  },
  outOfRange: (label, value, allowed) =>
    `${label} = ${value || '（不是数字）'} 不在允许范围内；允许：${range(allowed)}。`,
  dismiss: '关闭',
  loading: '正在加载引擎……',
  failed: '引擎拒绝了请求：',
  nothingToShow: '此处没有可显示的结果。',
  missing: '无法加载引擎（igb.wasm）。文件是否与本页放在一起？页面是否通过 http 访问？',
  blocked: '本站的内容安全策略禁止 WebAssembly；script-src 须允许 ‘wasm-unsafe-eval’。',
  broken: '引擎无法在此浏览器中启动；需要支持 SIMD 的 WebAssembly。',
  phaseTitle: '网络从哪里抽取',
  phaseHelp: '拖动圆点，或用方向键（Shift：小步；Page Up / Page Down：大步）。',
  sigmaW2Axis: 'σ_w²，权重的方差',
  sigmaB2Axis: 'σ_b²，偏置的方差',
  edge: '混沌边缘',
  neutrality: '中立线，γ = 1',
  noEdge: (activation) => `${activation} 在此没有混沌边缘。`,
  noNeutrality: (activation) => `${activation} 没有中立线：理论上不存在。`,
  neutralityOutside: '中立线在图外。',
  phases: {
    neutrality: '混沌：中立',
    prejudice: '混沌：偏见',
    ordered_prejudice: '有序：深度偏见',
    chaotic_prejudice: '混沌：深度偏见',
    edge_of_chaos: '混沌边缘',
    singular: '奇异',
  },
  handle: '相图上的点',
  handleValue: (w, b, phase) => `权重方差 ${w}，偏置方差 ${b}；${phase}`,
  mapTitle: '一个网络怎么想',
  mapHelp: '每个点是平面上的一个输入，颜色是网络判给它的类别。',
  mapLabel: (share, name) => `一个网络的分类图：平面的 ${share} 属于 ${name} 类。`,
  mapShare: (share, name) => `${share} 属于 ${name} 类`,
  stripTitle: '同一次抽样中的其他网络',
  stripHelp: '点选一个，放大查看。',
  stripLabel: (network) => `网络 ${network}`,
  histogramTitle: '许多网络怎么想',
  histogramHelp: '每个网络都给同一组随机输入分类；G₀ 是它判给 A 类的比例。',
  histogramAxis: 'G₀，判给 A 类的输入比例',
  histogramShare: '网络占比',
  measured: '实测',
  theory: '理论',
  floor: '毫无偏好时的理论（γ = 0）',
  networksSoFar: (done, all) => `已完成 ${done} / ${all} 个网络。`,
  gap: '',
  maxFrequency: (measured, error, theory) =>
    `较大类别的平均占比：实测 ${measured} ± ${error}，理论 ${theory}。`,
  ks: (distance, chance) =>
    `与理论分布的最大差距（Kolmogorov–Smirnov）：${distance}；若理论成立，出现更大差距的概率不超过 ${chance}。`,
  depthTitle: '偏好如何逐层增长',
  depthHelp:
    '圆点：隐藏层，目前已完成网络的中位数。曲线：无限宽度的理论。γ 是单元的漂移与其在各输入间的离散程度之比；c 是两个输入之间的相关。',
  depthAxis: '层',
  depthLabel: (quantity) => `${quantity} 随层数的变化，实测与理论`,
  limit: '无限深度',
  neutral: 'γ = 1',
  words: '“偏见”和“中立”仅指预测结果是否对称，与公平性无关。',
  meaning: '在有序的一侧，所有输入最终都变得相似，于是网络把它们全判为同一类。',
};
