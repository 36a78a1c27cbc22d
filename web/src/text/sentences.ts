import type { Lang } from '../model/params';

/** The sentences that model/words.ts chooses from; numbers come written out. */
export interface Sentences {
  /** Between two sentences. */
  gap: string;
  certainly: string;
  hardly: string;
  many(number: string): string;
  noEdge(activation: string): string;
  onEdge: string;
  fromEdge(percents: number, above: boolean): string;
  silent: string;
  silentCounted: string;
  opinion(share: string, name: string): string;
  expected(share: string, gamma: string): string;
  alike: string;
  gradientsGrow(factor: string): string;
  gradientsShrink(factor: string): string;
  gradientsKeep: string;
  phase(name: string): string;
  gamma(depth: number, gamma: string): string;
  gammaInDepth(gamma: string): string;
  network(network: number, share: string, name: string): string;
  networkSilent(network: number): string;
  oneSided(count: number, all: number): string;
  forA(count: number, all: number): string;
  counting(all: number): string;
  counted(done: number, all: number): string;
  maxFrequency(measured: string, error: string, theory: string): string;
  gapToLaw(distance: string, chance: string): string;
  /** What lies under the pointer, or the point that the keys move. */
  at: {
    gamma(gamma: string): string;
    aboveEdge(percents: number): string;
    belowEdge(percents: number): string;
    onEdge: string;
    input(x: string, y: string): string;
    margin(margin: string, name: string): string;
    bin(from: string, to: string): string;
    measured(share: string): string;
    law(share: string): string;
    /** Between two of these. */
    gap: string;
  };
  /** What the arrow keys do in a figure that has the focus. */
  mapKeys: string;
  histogramKeys: string;
}

const en: Sentences = {
  gap: ' ',
  certainly: 'more than 99 %',
  hardly: 'less than 1 %',
  many: (number) => `over ${number}`,
  noEdge: (activation) => `${activation} has no edge of chaos at this σ_b².`,
  onEdge: 'σ_w² is on the edge of chaos.',
  fromEdge: (percents, above) =>
    `σ_w² is ${percents} % ${above ? 'above' : 'below'} the edge of chaos.`,
  silent: 'The signal has died out: every output is zero, so there is no opinion to see.',
  silentCounted:
    'The signal has died out: every output is zero, and what is counted as class A here are ties.',
  opinion: (share, name) => `This network gives ${share} of the plane to class ${name};`,
  expected: (share, gamma) =>
    `averaged over networks, theory expects ${share} for the larger class (γ = ${gamma}).`,
  alike:
    'averaged over networks, theory expects all inputs in one class: they have become alike (c = 1).',
  gradientsGrow: (factor) => `Squared gradients grow ${factor}× a layer.`,
  gradientsShrink: (factor) => `Squared gradients shrink to ${factor}× a layer.`,
  gradientsKeep: 'Gradients keep their size from layer to layer.',
  phase: (name) => `Phase: ${name}.`,
  gamma: (depth, gamma) => `After ${depth} hidden layers γ = ${gamma},`,
  gammaInDepth: (gamma) => `at infinite depth ${gamma}.`,
  network: (network, share, name) =>
    `Network ${network}, untrained, gives ${share} of the plane to class ${name}.`,
  networkSilent: (network) =>
    `Network ${network} is silent: every output is zero, so there is no class to see.`,
  oneSided: (count, all) =>
    `${count} of ${all} networks give more than 95 % of the plane to one class;`,
  forA: (count, all) => `${count} of ${all} favour class A.`,
  counting: (all) => `0 of ${all} networks: counting begins.`,
  counted: (done, all) => `${done} of ${all} networks.`,
  maxFrequency: (measured, error, theory) =>
    `Mean share of the larger class: measured ${measured} ± ${error}, theory ${theory}.`,
  gapToLaw: (distance, chance) =>
    `Largest gap to the law (Kolmogorov–Smirnov): ${distance}; chance of a larger one under the law: at most ${chance}.`,
  at: {
    gamma: (gamma) => `γ → ${gamma}`,
    aboveEdge: (percents) => `${percents} % above the edge`,
    belowEdge: (percents) => `${percents} % below the edge`,
    onEdge: 'on the edge',
    input: (x, y) => `input (${x}, ${y})`,
    margin: (margin, name) => `class ${name}, ahead by ${margin}`,
    bin: (from, to) => `G₀ = ${from} … ${to}`,
    measured: (share) => `${share} of the networks`,
    law: (share) => `${share} by theory`,
    gap: ' · ',
  },
  mapKeys: 'Class map; arrow keys move a ring over it',
  histogramKeys: 'Histogram; left and right arrow keys choose a bar',
};

const zh: Sentences = {
  gap: '',
  certainly: '超过 99 %',
  hardly: '不到 1 %',
  many: (number) => `大于 ${number}`,
  noEdge: (activation) => `${activation} 在此 σ_b² 下没有混沌边缘。`,
  onEdge: 'σ_w² 正好在混沌边缘上。',
  fromEdge: (percents, above) => `σ_w² 比混沌边缘${above ? '高' : '低'} ${percents} %。`,
  silent: '信号已经消失：所有输出都是零，看不到任何偏好。',
  silentCounted: '信号已经消失：所有输出都是零，这里计为 A 类的只是平局。',
  opinion: (share, name) => `这个网络把平面的 ${share} 判给 ${name} 类；`,
  expected: (share, gamma) => `对所有网络平均，理论预期较大的一类占 ${share}（γ = ${gamma}）。`,
  alike: '对所有网络平均，理论预期所有输入归于同一类：它们已变得完全相似（c = 1）。',
  gradientsGrow: (factor) => `梯度平方每层增大到 ${factor} 倍。`,
  gradientsShrink: (factor) => `梯度平方每层缩小到 ${factor} 倍。`,
  gradientsKeep: '梯度逐层保持大小不变。',
  phase: (name) => `所处的相：${name}。`,
  gamma: (depth, gamma) => `经过 ${depth} 个隐藏层后 γ = ${gamma}，`,
  gammaInDepth: (gamma) => `无限深度时为 ${gamma}。`,
  network: (network, share, name) =>
    `未经训练的网络 ${network} 把平面的 ${share} 判给 ${name} 类。`,
  networkSilent: (network) => `网络 ${network} 没有信号：所有输出都是零，看不出类别。`,
  oneSided: (count, all) => `${all} 个网络中有 ${count} 个把平面的 95 % 以上判给同一类；`,
  forA: (count, all) => `${all} 个中有 ${count} 个偏向 A 类。`,
  counting: (all) => `已完成 0 / ${all} 个网络：刚刚开始统计。`,
  counted: (done, all) => `已完成 ${done} / ${all} 个网络。`,
  maxFrequency: (measured, error, theory) =>
    `较大类别的平均占比：实测 ${measured} ± ${error}，理论 ${theory}。`,
  gapToLaw: (distance, chance) =>
    `与理论分布的最大差距（Kolmogorov–Smirnov）：${distance}；若理论成立，出现更大差距的概率不超过 ${chance}。`,
  at: {
    gamma: (gamma) => `γ → ${gamma}`,
    aboveEdge: (percents) => `比边缘高 ${percents} %`,
    belowEdge: (percents) => `比边缘低 ${percents} %`,
    onEdge: '在边缘上',
    input: (x, y) => `输入 (${x}, ${y})`,
    margin: (margin, name) => `${name} 类，领先 ${margin}`,
    bin: (from, to) => `G₀ = ${from} … ${to}`,
    measured: (share) => `网络中的 ${share}`,
    law: (share) => `理论值 ${share}`,
    gap: ' · ',
  },
  mapKeys: '分类图；方向键移动圆圈',
  histogramKeys: '直方图；左右方向键选择一个条形',
};

export const sentences: Record<Lang, Sentences> = { en, zh };
