import type { CsvProblem } from '../model/own-network';
import type { Lang } from '../model/params';

/** Of the figure of the reader's own network. */
export interface OwnWords {
  title: string;
  help: string;
  choose: string;
  drop: string;
  problem(problem: CsvProblem): string;
  bars: string;
  /** Shares as percents, gamma with an interval. */
  facts(inputs: number, classes: number, max: string, name: number): string;
  gamma(gamma: string, low: string, high: string): string;
  noDrift: string;
  silent: string;
  expected(expected: string, floor: string): string;
  like(activation: string, depth: number, sigmaB2: number, sigmaW2: string): string;
  unlike(activation: string, depth: number): string;
  show: string;
}

export const words: Record<Lang, OwnWords> = {
  en: {
    title: 'Your network',
    help: 'Outputs (logits or activations) of a freshly initialised network as CSV: a line an input, a column a class. The file is read here, in this page; nothing leaves your machine.',
    choose: 'Choose a CSV file',
    drop: 'or drop it here',
    problem: (problem) => {
      switch (problem.kind) {
        case 'empty':
          return 'The file holds no numbers.';
        case 'number':
          return `Line ${problem.row}, column ${problem.column}: "${problem.text}" is not a finite number.`;
        case 'columns':
          return `Line ${problem.row} has ${problem.found} columns; allowed: ${problem.expected}, as in the first line of numbers.`;
        case 'few':
          return `${problem.inputs} inputs x ${problem.classes} classes; allowed: at least 2 x 2.`;
        case 'large':
          return `The file has ${problem.bytes} bytes; allowed: at most ${problem.most}.`;
        case 'unreadable':
          return `The file cannot be read: ${problem.message}`;
      }
    },
    bars: 'share of the inputs, by class',
    facts: (inputs, classes, max, name) =>
      `${inputs} inputs, ${classes} classes: class ${name} gets ${max}, the most.`,
    gamma: (gamma, low, high) => `γ of the output is about ${gamma} (95 %: ${low} to ${high}).`,
    noDrift: 'No drift can be told from noise: γ is about 0.',
    silent: 'Every output is zero: there is no drift and no spread to compare.',
    expected: (expected, floor) =>
      `At such a γ theory expects ${expected} for the most frequent class; without any bias ${floor}.`,
    like: (activation, depth, sigmaB2, sigmaW2) =>
      `It leans like a ${activation} network of depth ${depth} at σ_b² = ${sigmaB2}, σ_w² = ${sigmaW2}.`,
    unlike: (activation, depth) =>
      `No ${activation} network of depth ${depth} leans as much at this σ_b².`,
    show: 'Show it in the lab',
  },
  zh: {
    title: '你的网络',
    help: '刚初始化的网络的输出（logits 或激活值），CSV 格式：每行一个输入，每列一个类别。文件只在本页中读取，不会离开你的电脑。',
    choose: '选择 CSV 文件',
    drop: '或拖放到此处',
    problem: (problem) => {
      switch (problem.kind) {
        case 'empty':
          return '文件中没有数字。';
        case 'number':
          return `第 ${problem.row} 行第 ${problem.column} 列：“${problem.text}” 不是有限的数。`;
        case 'columns':
          return `第 ${problem.row} 行有 ${problem.found} 列；应与第一行数字一样为 ${problem.expected} 列。`;
        case 'few':
          return `${problem.inputs} 个输入 × ${problem.classes} 个类别；至少需要 2 × 2。`;
        case 'large':
          return `文件有 ${problem.bytes} 字节；最多允许 ${problem.most}。`;
        case 'unreadable':
          return `文件无法读取：${problem.message}`;
      }
    },
    bars: '各类别所占输入的比例',
    facts: (inputs, classes, max, name) =>
      `${inputs} 个输入，${classes} 个类别：第 ${name} 类最多，占 ${max}。`,
    gamma: (gamma, low, high) => `输出的 γ 约为 ${gamma}（95 %：${low} 至 ${high}）。`,
    noDrift: '漂移与噪声无法区分：γ 约为 0。',
    silent: '所有输出都是零：没有漂移，也没有可比较的离散。',
    expected: (expected, floor) =>
      `在这样的 γ 下，理论预期最常见的类别占 ${expected}；若毫无偏好则为 ${floor}。`,
    like: (activation, depth, sigmaB2, sigmaW2) =>
      `它的偏好相当于深度 ${depth} 的 ${activation} 网络在 σ_b² = ${sigmaB2}、σ_w² = ${sigmaW2} 处。`,
    unlike: (activation, depth) =>
      `在此 σ_b² 下，深度 ${depth} 的 ${activation} 网络都没有这么强的偏好。`,
    show: '在图中显示',
  },
};
