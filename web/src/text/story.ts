import type { Lang } from '../model/params';
import { type StepName, type TryName, told } from '../model/story';
import type { FormulaName } from './formulas';

/** A paragraph, or a formula on a line of its own. [term|text] links to the glossary. */
export type Block = string | { formula: FormulaName };

interface StepText {
  /** In the list of steps. */
  short: string;
  title: string;
  blocks: readonly Block[];
}

export interface StoryText {
  steps: Record<StepName, StepText>;
  tries: Record<TryName, string>;
  /** Above the list of steps. */
  contents: string;
  follow: string;
  followHelp: string;
  show(sigmaW2: string): string;
  shown(sigmaW2: string): string;
  undo: string;
  stage: string;
  lab: string;
  labLead: string;
  straightToLab: string;
}

const percent = (share: number) => `${Math.round(100 * share)} %`;
const { shares, gammas, correlations, gradients } = told;

const en: StoryText = {
  contents: 'Steps of the story',
  follow: 'move as I read',
  followHelp: 'When a step comes into view, the networks move to its place.',
  show: (sigmaW2) => `Show σ_w² = ${sigmaW2}`,
  shown: (sigmaW2) => `Shown: σ_w² = ${sigmaW2}`,
  undo: 'Undo',
  stage: 'The networks of this step, live',
  lab: 'The lab',
  labLead: 'All figures of one and the same state, and everything that can be set.',
  straightToLab: 'Straight to the lab',
  tries: {
    deeper: 'A hundred layers on the edge: does the prejudice stop growing?',
    relu: 'ReLU as He et al. start it: where is its neutrality line?',
    shallow: 'Order, but two layers only: where has the prejudice gone?',
  },
  steps: {
    opinion: {
      short: 'Opinion',
      title: 'Nobody has taught this network anything',
      blocks: [
        'The square shows one deep network, fresh from the random number generator: 20 hidden layers, no training, no data. Every point of the square is an input, and its colour is the class that the network gives it.',
        `You would expect it to shrug: half and half. Averaged over all networks that is even true, for no class is special. But nobody works with an average. You work with one network, and this one leans to a side before it has seen a single example. That is the [igb|initial guessing bias]. Here theory expects ${percent(shares.opinion)} of the inputs in the larger class.`,
        'The point in the chart says how large the random weights and biases are:',
        { formula: 'weights' },
        'Drag it, or read on: the figures come along.',
      ],
    },
    many: {
      short: 'Many',
      title: 'Ask many, and each has its favourite',
      blocks: [
        'Here are 24 networks made by one recipe. They differ only in their random numbers, the [seed|draw], and yet they do not agree: some squares are mostly blue, others mostly orange.',
        `The histogram asks hundreds of them to sort the same inputs. [g0|G₀] is the share that a network gives to class A. The picture is symmetric: on average no class wins. But it is wide: hardly any single network is even-handed. The larger class gets ${percent(shares.many)} on average.`,
        `The black line is not fitted to the bars. Theory draws it before a single network has run, from one number, [gamma|γ] = ${gammas.many}:`,
        { formula: 'law' },
      ],
    },
    order: {
      short: 'Order',
      title: 'Cross the red line',
      blocks: [
        'Now the weights shrink, and the point slides below the red line, the [edge|edge of chaos]. These are still the same networks with the same random numbers, only scaled down. Watch the patches merge until one colour floods most squares, though not the same colour in each.',
        `This side is called [order|order]. After 20 layers the larger class gets ${percent(shares.order)} of the inputs on average, and more with every further layer. The bias is now a [deep-prejudice|deep prejudice]: at infinite depth a network gives one answer, whatever you ask.`,
      ],
    },
    why: {
      short: 'Why',
      title: 'Why? Layers make inputs alike',
      blocks: [
        `Send two unrelated inputs through the layers and follow their correlation [c|c]. Below the line every layer pulls them closer together. After 20 layers c = ${correlations.why}, and far enough down the network cannot tell them apart at all: c = 1. What has become alike gets the same answer. Hence the one colour.`,
        'The same can be seen from the other side. [gamma|γ] compares how far the average of a unit over all inputs has drifted from zero with how much the unit varies from input to input:',
        { formula: 'gamma' },
        'Small γ: the inputs decide. Large γ: the network has decided already. One view averages over weights, the other over inputs, and they say the same thing:',
        { formula: 'bridge' },
      ],
    },
    neutral: {
      short: 'Neutrality',
      title: 'Then why not start far away?',
      blocks: [
        `Far above the line all seems fair. γ is down to ${gammas.neutral}, G₀ gathers around one half, and the larger class gets ${percent(shares.neutral)}: not far from tossing coins. This is [neutrality|neutrality].`,
        `But it lies deep in [chaos|chaos], and that has a price. Chaos tears similar inputs apart, and it does the same to gradients: on their way back to the first layer their squares grow ${gradients.neutral} times a layer, more than a thousand times over 20 layers. Below the line they shrink instead, to ${gradients.order.toFixed(2)} a layer. Neither is a good place to learn from.`,
      ],
    },
    edge: {
      short: 'Edge',
      title: 'The best start is not a neutral one',
      blocks: [
        'Between the two lies the red line, where gradients neither grow nor shrink. Here even very deep networks can be trained:',
        { formula: 'edge' },
        `Now look at the histogram. At the very place where learning works best, networks are strongly one-sided: ${percent(shares.edge)} for the larger class. The correlation still creeps towards 1, only slowly, and γ grows about as the depth does. This is the [transient|transient deep prejudice] of the edge of chaos.`,
        'So the bias is no defect that a better start would avoid. Trainable and neutral are two different places on this chart. And since its gradients survive, the network on the edge tends to lose its prejudice first once it learns; the race at the end of the lab shows it.',
      ],
    },
    lab: {
      short: 'Your turn',
      title: 'Your turn',
      blocks: [
        'From here on nothing moves by itself. The lab below has the same networks and everything that can be set. Three questions to begin with:',
      ],
    },
  },
};

const zh: StoryText = {
  contents: '故事的步骤',
  follow: '随阅读变化',
  followHelp: '某一步进入视野时，网络会移动到它所讲的位置。',
  show: (sigmaW2) => `显示 σ_w² = ${sigmaW2}`,
  shown: (sigmaW2) => `正在显示：σ_w² = ${sigmaW2}`,
  undo: '撤销',
  stage: '这一步的网络，实时计算',
  lab: '实验室',
  labLead: '同一状态的所有图，以及一切可以调节的参数。',
  straightToLab: '直接进入实验室',
  tries: {
    deeper: '边缘上的一百层：偏见会停止增长吗？',
    relu: '何恺明等人的 ReLU 初始化：它的中立线在哪里？',
    shallow: '有序一侧，但只有两层：偏见去哪儿了？',
  },
  steps: {
    opinion: {
      short: '偏好',
      title: '没有人教过这个网络任何东西',
      blocks: [
        '方块展示的是一个深度网络，刚从随机数生成器中产生：20 个隐藏层，没有训练，没有数据。方块中的每个点是一个输入，颜色是网络判给它的类别。',
        `人们会以为它毫无主见：两类各占一半。对所有网络取平均，确实如此，因为没有哪一类是特殊的。但没有人使用“平均的网络”。你用的是某一个网络，而它在看到第一个样本之前就已偏向一边。这就是[igb|初始猜测偏差]。在这里，理论预期较大的一类占 ${percent(shares.opinion)}。`,
        '相图中的圆点表示随机权重和偏置项有多大：',
        { formula: 'weights' },
        '可以拖动它，也可以继续往下读：图会随之变化。',
      ],
    },
    many: {
      short: '众多网络',
      title: '问许多网络，各有所好',
      blocks: [
        '这里是按同一配方生成的 24 个网络。它们只有随机数不同，即[seed|抽样]不同，意见却不一致：有的方块大半是蓝色，有的大半是橙色。',
        `直方图让数百个网络给同一组输入分类。[g0|G₀] 是一个网络判给 A 类的比例。图形是对称的：平均而言没有哪一类占优。但它很宽：几乎没有一个网络是不偏不倚的。较大的一类平均占 ${percent(shares.many)}。`,
        `黑线并不是拟合出来的。在任何网络运行之前，理论就由一个数 [gamma|γ] = ${gammas.many} 画出了它：`,
        { formula: 'law' },
      ],
    },
    order: {
      short: '有序',
      title: '越过红线',
      blocks: [
        '现在权重变小，圆点滑到红线之下，这条线叫[edge|混沌边缘]。网络还是那些网络，随机数也相同，只是整体缩小了。看色块怎样合并，直到多数方块都被一种颜色淹没，不过各个方块的颜色并不相同。',
        `这一侧称为[order|有序]。经过 20 层，较大的一类平均占 ${percent(shares.order)}，每多一层还会更多。偏差成了[deep-prejudice|深度偏见]：在无限深度处，无论问什么，网络都只有一个答案。`,
      ],
    },
    why: {
      short: '为什么',
      title: '为什么？各层使输入变得相似',
      blocks: [
        `把两个不相关的输入送入网络，逐层观察它们的相关系数 [c|c]。在红线之下，每一层都把它们拉得更近。20 层之后 c = ${correlations.why}；足够深时网络完全无法区分它们：c = 1。变得相似的输入得到相同的答案，所以只剩一种颜色。`,
        '同一件事也可以从另一面看。[gamma|γ] 把单元对所有输入的平均值偏离零的程度，与该单元随输入变化的程度相比：',
        { formula: 'gamma' },
        'γ 小：由输入决定。γ 大：网络早已决定。一种看法对权重求平均，另一种对输入求平均，说的却是同一件事：',
        { formula: 'bridge' },
      ],
    },
    neutral: {
      short: '中立',
      title: '那为什么不从远处开始？',
      blocks: [
        `远在红线之上，一切看来都很公允。γ 降到 ${gammas.neutral}，G₀ 聚集在二分之一附近，较大的一类占 ${percent(shares.neutral)}，与抛硬币相差不远。这就是[neutrality|中立]。`,
        `但这里已深入[chaos|混沌]，是有代价的。混沌把相似的输入撕开，对梯度也是如此：在传回第一层的途中，梯度的平方每层增大到 ${gradients.neutral} 倍，20 层就超过一千倍。在红线之下则相反，每层缩小到 ${gradients.order.toFixed(2)} 倍。两处都不适合学习。`,
      ],
    },
    edge: {
      short: '边缘',
      title: '最好的起点并不中立',
      blocks: [
        '两者之间就是红线，梯度在这里既不增大也不缩小。即使非常深的网络，也可以从这里开始训练：',
        { formula: 'edge' },
        `再看直方图。恰恰在最适合学习的地方，网络强烈地偏向一边：较大的一类占 ${percent(shares.edge)}。相关系数仍在趋近 1，只是很慢；γ 大致与深度成正比地增长。这就是混沌边缘的[transient|瞬态深度偏见]。`,
        '所以，这种偏差并不是换个更好的起点就能避免的缺陷。“可训练”和“中立”是这张图上两个不同的地方。又因为梯度得以保存，边缘上的网络一旦开始学习，往往最先摆脱偏见；实验室末尾的比赛展示了这一点。',
      ],
    },
    lab: {
      short: '轮到你了',
      title: '轮到你了',
      blocks: [
        '从这里开始，一切都不再自动变化。下面的实验室里是同样的网络，以及一切可以调节的参数。先试三个问题：',
      ],
    },
  },
};

export const stories: Record<Lang, StoryText> = { en, zh };
