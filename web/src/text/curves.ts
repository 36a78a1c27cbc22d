import type { Lang } from '../model/params';

/** What charts of curves say. Numbers come as they shall be written. */
export interface CurvesText {
  /** How to move a cursor without a pointer. */
  keys: string;
  layer: string;
  depthTitle: string;
  depthHelp: string;
  /** Names of the panels. */
  depthQuantity: Record<'c' | 'gamma' | 'q' | 'gradient', string>;
  depthLabel(quantity: string): string;
  limit: string;
  neutral: string;
  gammaMeasured(layer: number, measured: string, theory: string): string;
  gammaTheory(layer: number, theory: string): string;
  tendsTo(gamma: string): string;
  growsForEver: string;
  gradientsGrow(factor: string): string;
  gradientsShrink(factor: string): string;
  gradientsStay: string;
  gradientsTitle: string;
  gradientsHelp: string;
  gradientsAxis: string;
  gradientSeries: Record<'favoured' | 'unfavoured', Record<'theory' | 'measured', string>>;
  networksDone(done: number, all: number): string;
  topTheory: string;
  topMeasured: string;
  topGradients(source: string, favoured: string, unfavoured: string): string;
  /** How a layer compares with the one above: three ways. */
  bothGrow(factor: string): string;
  bothShrink(factor: string): string;
  bothStay: string;
  raceQuantity: Record<'accuracy' | 'maxFrequency', string>;
  raceAxis: string;
  raceEdge(multiple: string): string;
  lost: string;
  raceBefore(shares: string): string;
  raceLeads(step: number, steps: number, names: string[], accuracy: string): string;
  raceShares(shares: string): string;
  /** Of one network: its share at the start and now. */
  raceShare(name: string, first: string, now: string): string;
  raceLabel(quantity: string): string;
  /** Between the entries of a list. */
  comma: string;
}

const en: CurvesText = {
  keys: 'the arrow keys, Home and End read the values',
  layer: 'layer',
  depthTitle: 'How the opinion grows, layer by layer',
  depthHelp:
    'γ compares the drift of a unit with its spread over the inputs. Dots: hidden layers, median over the networks so far. Lines: theory for infinite width, the output included. Gradients run from the top hidden layer down.',
  depthQuantity: {
    c: 'c, correlation of two inputs',
    gamma: 'γ, drift over spread',
    q: 'q, variance',
    gradient: 'squared gradient, top hidden layer = 1',
  },
  depthLabel: (quantity) => `${quantity}: theory and measurement against the layer.`,
  limit: 'infinite depth',
  neutral: 'γ = 1',
  gammaMeasured: (layer, measured, theory) =>
    `In the last hidden layer (${layer}) γ is ${measured}; theory says ${theory}.`,
  gammaTheory: (layer, theory) => `By theory γ is ${theory} in the last hidden layer (${layer}).`,
  tendsTo: (gamma) => `With more layers it tends to ${gamma}.`,
  growsForEver: 'With more layers it grows without bound.',
  gradientsGrow: (factor) =>
    `On their way down, squared gradients grow by a factor of ${factor} a layer.`,
  gradientsShrink: (factor) =>
    `On their way down, squared gradients shrink by a factor of ${factor} a layer.`,
  gradientsStay: 'On their way down, squared gradients keep their size.',
  gradientsTitle: 'Whose gradients are large',
  gradientsHelp:
    'Inputs are labelled with the class that the network favours, or with the other one. The label sets only how large the error at the output is; below it, all gradients grow or shrink at the same rate. So the classes differ in size, not in rate. Large outputs make the gradients of the favoured class tiny, and very different from network to network.',
  gradientsAxis: 'log₁₀ of the squared gradient',
  gradientSeries: {
    favoured: { theory: 'favoured class, theory', measured: 'favoured class, measured' },
    unfavoured: { theory: 'other class, theory', measured: 'other class, measured' },
  },
  networksDone: (done, all) => `${done} of ${all} networks.`,
  topTheory: 'By theory',
  topMeasured: 'Measured',
  topGradients: (source, favoured, unfavoured) =>
    `${source}, the median squared gradient in the last hidden layer is ${favoured} for the favoured class and ${unfavoured} for the other one.`,
  bothGrow: (factor) => `Down from there both grow by a factor of ${factor} a layer.`,
  bothShrink: (factor) => `Down from there both shrink by a factor of ${factor} a layer.`,
  bothStay: 'Down from there both keep their size.',
  raceQuantity: { accuracy: 'right guesses', maxFrequency: 'share of the most frequent guess' },
  raceAxis: 'steps',
  raceEdge: (multiple) => `${multiple} × edge`,
  lost: 'overflowed',
  raceBefore: (shares) => `Before the first step, the most frequent guess takes: ${shares}.`,
  raceLeads: (step, steps, names, accuracy) =>
    `After ${step} of ${steps} steps the ${names.length > 1 ? 'networks' : 'network'} at ${names.join(' and ')} ${names.length > 1 ? 'lead' : 'leads'} with ${accuracy} right guesses.`,
  raceShares: (shares) => `Since the start, the share of the most frequent guess went ${shares}.`,
  raceShare: (name, first, now) => `from ${first} to ${now} (${name})`,
  raceLabel: (quantity) => `${quantity} of four networks against the steps learnt.`,
  comma: ', ',
};

const zh: CurvesText = {
  keys: '用左右方向键、Home 和 End 读取数值',
  layer: '层',
  depthTitle: '偏好如何逐层增长',
  depthHelp:
    'γ 是单元的漂移与其在各输入间的离散程度之比。圆点：隐藏层，目前已完成网络的中位数。曲线：无限宽度的理论，包括输出层。梯度从最上面的隐藏层向下传播。',
  depthQuantity: {
    c: 'c，两个输入的相关',
    gamma: 'γ，漂移与离散程度之比',
    q: 'q，方差',
    gradient: '梯度平方，最上隐藏层 = 1',
  },
  depthLabel: (quantity) => `${quantity}：理论和实测随层数的变化。`,
  limit: '无限深度',
  neutral: 'γ = 1',
  gammaMeasured: (layer, measured, theory) =>
    `在最后一个隐藏层（第 ${layer} 层），γ 为 ${measured}，理论值为 ${theory}。`,
  gammaTheory: (layer, theory) => `按理论，最后一个隐藏层（第 ${layer} 层）的 γ 为 ${theory}。`,
  tendsTo: (gamma) => `层数再增加时，它趋于 ${gamma}。`,
  growsForEver: '层数再增加时，它会无限增大。',
  gradientsGrow: (factor) => `向下传播时，梯度平方逐层增大，每层变为 ${factor} 倍。`,
  gradientsShrink: (factor) => `向下传播时，梯度平方逐层缩小，每层变为 ${factor} 倍。`,
  gradientsStay: '向下传播时，梯度平方大小不变。',
  gradientsTitle: '哪一类的梯度大',
  gradientsHelp:
    '输入的标签或是网络偏好的类别，或是另一类。标签只决定输出处误差的大小；再往下，所有梯度都以相同的速率增大或缩小。所以两类的差别在于大小，而不在于速率。输出很大时，偏好类别的梯度极小，而且各网络之间相差很大。',
  gradientsAxis: '梯度平方的 log₁₀',
  gradientSeries: {
    favoured: { theory: '偏好的类别，理论', measured: '偏好的类别，实测' },
    unfavoured: { theory: '另一类，理论', measured: '另一类，实测' },
  },
  networksDone: (done, all) => `已完成 ${all} 个网络中的 ${done} 个。`,
  topTheory: '按理论',
  topMeasured: '实测',
  topGradients: (source, favoured, unfavoured) =>
    `${source}，最后一个隐藏层中梯度平方的中位数：偏好的类别为 ${favoured}，另一类为 ${unfavoured}。`,
  bothGrow: (factor) => `由此向下，两者逐层增大，每层变为 ${factor} 倍。`,
  bothShrink: (factor) => `由此向下，两者逐层缩小，每层变为 ${factor} 倍。`,
  bothStay: '由此向下，两者大小不变。',
  raceQuantity: { accuracy: '正确率', maxFrequency: '最常见判断的占比' },
  raceAxis: '步数',
  raceEdge: (multiple) => `${multiple} × 边缘`,
  lost: '已溢出',
  raceBefore: (shares) => `学习之前，最常见判断的占比：${shares}。`,
  raceLeads: (step, steps, names, accuracy) =>
    `学习 ${step} 步（共 ${steps} 步）后，${names.join('和')}的网络领先，正确率 ${accuracy}。`,
  raceShares: (shares) => `最常见判断的占比：${shares}。`,
  raceShare: (name, first, now) => `${name}由 ${first} 变为 ${now}`,
  raceLabel: (quantity) => `四个网络的${quantity}随学习步数的变化。`,
  comma: '；',
};

export const curvesTexts: Record<Lang, CurvesText> = { en, zh };
