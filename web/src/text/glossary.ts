import type { Lang } from '../model/params';
import type { FormulaName } from './formulas';

export const termNames = [
  'igb',
  'bias',
  'prejudice',
  'deep-prejudice',
  'transient',
  'neutrality',
  'edge',
  'order',
  'chaos',
  'gamma',
  'c',
  'q',
  'g0',
  'sigma-w2',
  'sigma-b2',
  'seed',
  'mean-field',
] as const;
export type TermName = (typeof termNames)[number];

/** The formula that a term is about. */
export const formulaOf: Partial<Record<TermName, FormulaName>> = {
  igb: 'larger',
  edge: 'edge',
  gamma: 'gamma',
  c: 'bridge',
  q: 'qMap',
  g0: 'law',
  'sigma-w2': 'weights',
  'mean-field': 'cMap',
};

interface Entry {
  term: string;
  /** [term|text] links to another entry. */
  meaning: string;
}

export interface GlossaryText {
  title: string;
  note: string;
  terms: Record<TermName, Entry>;
  sources: string;
}

/** Whom all this is from. */
export const sources = [
  {
    text: 'A. Bassi, M. Baity-Jesi, A. Lucchi, C. Albert, E. Francazi: When Bias Meets Trainability: Connecting Theories of Initialization. ICLR 2026.',
    link: 'https://arxiv.org/abs/2505.12096',
  },
  {
    text: 'E. Francazi, A. Lucchi, M. Baity-Jesi: Initial Guessing Bias: How Untrained Networks Favor Some Classes. ICML 2024.',
    link: 'https://arxiv.org/abs/2306.00809',
  },
  {
    text: 'S. S. Schoenholz, J. Gilmer, S. Ganguli, J. Sohl-Dickstein: Deep Information Propagation. ICLR 2017.',
    link: 'https://arxiv.org/abs/1611.01232',
  },
  {
    text: 'B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein, S. Ganguli: Exponential Expressivity in Deep Neural Networks through Transient Chaos. NeurIPS 2016.',
    link: 'https://arxiv.org/abs/1606.05340',
  },
] as const;

const en: GlossaryText = {
  title: 'Words',
  note: 'Bias, prejudice and neutrality are used here of predictions only: how unevenly an untrained network spreads inputs over its classes. They say nothing about people, and nothing about fairness.',
  sources: 'Sources',
  terms: {
    igb: {
      term: 'initial guessing bias',
      meaning:
        'The unevenness of the predictions of a network before any training: one network gives most inputs to one class. Which class that is differs from network to network.',
    },
    bias: {
      term: 'bias',
      meaning:
        'Two things, to be kept apart: the unevenness above, and the constant b that a unit adds to its inputs (see [sigma-b2|σ_b²]).',
    },
    prejudice: {
      term: 'prejudice',
      meaning:
        '1 < [gamma|γ] < ∞ at infinite depth: the drift of the units outweighs what they tell of the inputs, and a share near 0 or 1 is likelier than one half.',
    },
    'deep-prejudice': {
      term: 'deep prejudice',
      meaning:
        '[gamma|γ] = ∞ and [c|c] = 1 at infinite depth: all inputs have become alike, and every network gives them all one class.',
    },
    transient: {
      term: 'transient deep prejudice',
      meaning:
        'That of the [edge|edge of chaos]: γ grows without end, but only as a power of the depth, not exponentially; at any depth that one builds it is large and finite.',
    },
    neutrality: {
      term: 'neutrality',
      meaning:
        '[gamma|γ] < 1 at infinite depth: a share of one half is the likeliest. At γ = 1, the dashed green line of the chart, every share is equally likely.',
    },
    edge: {
      term: 'edge of chaos',
      meaning:
        'The line between [order|order] and [chaos|chaos], red in the chart: squared gradients keep their size from layer to layer.',
    },
    order: {
      term: 'order',
      meaning:
        'Below the edge: layers make inputs alike, and gradients vanish on their way back to the first layer.',
    },
    chaos: {
      term: 'chaos',
      meaning:
        'Above the edge: layers tear similar inputs apart, and gradients explode on their way back.',
    },
    gamma: {
      term: 'γ, gamma',
      meaning:
        'The drift of the units over what they tell of the inputs: the variance, over units, of their means over the data, divided by the mean variance over the data. γ of the output rules how many inputs go to which class.',
    },
    c: {
      term: 'c',
      meaning:
        'Correlation of the signals of two inputs in one layer, averaged over weights: 0 for unrelated, 1 for indistinguishable. It is another way to write [gamma|γ].',
    },
    q: {
      term: 'q',
      meaning:
        'Variance of the signal of one input in one layer, averaged over weights: how loud the signal is.',
    },
    g0: {
      term: 'G₀',
      meaning:
        'The share of inputs that one given network gives to class A. For many inputs and two classes it follows this law over networks, where Φ is the normal distribution function.',
    },
    'sigma-w2': {
      term: 'σ_w²',
      meaning: 'Variance of the weights, times the number N of units that feed a unit.',
    },
    'sigma-b2': {
      term: 'σ_b²',
      meaning: 'Variance of the biases b, the constants that units add to their inputs.',
    },
    seed: {
      term: 'seed, draw',
      meaning:
        'The random numbers behind a set of networks. One seed, one draw: moving the point only scales these numbers, so it is always the same networks that change.',
    },
    'mean-field': {
      term: 'mean field',
      meaning:
        'The theory of very wide random networks: signals become Gaussian, and two numbers, [q|q] and [c|c], say all; each layer maps them to the next. Here u and v are Gaussian with variance q and correlation c.',
    },
  },
};

const zh: GlossaryText = {
  title: '术语',
  note: '这里的“偏差”“偏见”和“中立”仅指预测：未经训练的网络把输入分给各类别时有多不均匀。它们与人无关，也与公平性无关。',
  sources: '文献',
  terms: {
    igb: {
      term: '初始猜测偏差（initial guessing bias）',
      meaning:
        '网络在任何训练之前预测的不均匀性：一个网络把大多数输入判给同一类。是哪一类，各个网络不同。',
    },
    bias: {
      term: '偏差、偏置（bias）',
      meaning:
        '两个不同的概念，英文是同一个词：上述的不均匀性，以及单元在输入之外所加的常数 b（见 [sigma-b2|σ_b²]）。',
    },
    prejudice: {
      term: '偏见（prejudice）',
      meaning:
        '无限深度处 1 < [gamma|γ] < ∞：单元的漂移超过了它们对输入的区分，比例接近 0 或 1 比接近二分之一更有可能。',
    },
    'deep-prejudice': {
      term: '深度偏见（deep prejudice）',
      meaning:
        '无限深度处 [gamma|γ] = ∞，[c|c] = 1：所有输入已变得相似，每个网络都把它们全判为同一类。',
    },
    transient: {
      term: '瞬态深度偏见（transient deep prejudice）',
      meaning:
        '[edge|混沌边缘]上的偏见：γ 无止境地增长，但只按深度的幂次，而非指数；在实际的任何深度，它大而有限。',
    },
    neutrality: {
      term: '中立（neutrality）',
      meaning:
        '无限深度处 [gamma|γ] < 1：比例为二分之一最有可能。γ = 1 时，即图中的绿色虚线上，所有比例的可能性相同。',
    },
    edge: {
      term: '混沌边缘（edge of chaos）',
      meaning: '[order|有序]与[chaos|混沌]的分界线，图中的红线：梯度的平方逐层保持大小不变。',
    },
    order: {
      term: '有序（order）',
      meaning: '边缘之下：各层使输入变得相似，梯度在传回第一层的途中消失。',
    },
    chaos: {
      term: '混沌（chaos）',
      meaning: '边缘之上：各层把相似的输入撕开，梯度在传回的途中爆炸。',
    },
    gamma: {
      term: 'γ（gamma）',
      meaning:
        '单元的漂移与其对输入的区分之比：各单元对数据的平均值的方差（对单元求），除以对数据的方差的平均。输出层的 γ 决定有多少输入归于哪一类。',
    },
    c: {
      term: 'c',
      meaning:
        '两个输入在同一层的信号的相关系数，对权重取平均：0 表示不相关，1 表示无法区分。它是 [gamma|γ] 的另一种写法。',
    },
    q: { term: 'q', meaning: '一个输入在某一层的信号的方差，对权重取平均：信号有多强。' },
    g0: {
      term: 'G₀',
      meaning:
        '某一个网络判给 A 类的输入比例。输入很多、只有两类时，它在各网络间服从如下规律，其中 Φ 是正态分布函数。',
    },
    'sigma-w2': { term: 'σ_w²', meaning: '权重的方差乘以每个单元的输入单元数 N。' },
    'sigma-b2': { term: 'σ_b²', meaning: '偏置项 b 的方差，即单元在输入之外所加的常数的方差。' },
    seed: {
      term: '种子、抽样（seed, draw）',
      meaning:
        '一组网络背后的随机数。一个种子对应一次抽样：移动圆点只是缩放这些数，所以变化的始终是同一批网络。',
    },
    'mean-field': {
      term: '平均场（mean field）',
      meaning:
        '很宽的随机网络的理论：信号成为高斯分布，[q|q] 和 [c|c] 两个数就说明了一切，每一层把它们映射到下一层。这里 u 和 v 是方差为 q、相关系数为 c 的高斯变量。',
    },
  },
};

export const glossaries: Record<Lang, GlossaryText> = { en, zh };
