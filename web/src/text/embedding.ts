import type { Lang } from '../model/params';

/** What is said around figures on other pages, and below the lab. */
interface EmbeddingText {
  /** Before a list of attributes with values that are not allowed. */
  attributes: string;
  openInLab: string;
  /** Links at the foot of the page. */
  builder: string;
  offline: string;
  reference: string;
  version(version: string): string;
  seed(seed: number): string;
  copyLink: string;
  copied: string;
  /** Before what could not be copied, and is shown instead. */
  notCopied: string;
}

export const embeddingTexts: Record<Lang, EmbeddingText> = {
  en: {
    attributes: 'Attributes that were not used:',
    openInLab: 'Open in the lab',
    builder: 'Put a figure on your page',
    offline: 'This page as one file, to use without a network',
    reference: 'Reference of the JavaScript package',
    version: (version) => `igb ${version}`,
    seed: (seed) => `seed ${seed}`,
    copyLink: 'Copy link',
    copied: 'Copied.',
    notCopied: 'Copying is not allowed here; this is the text:',
  },
  zh: {
    attributes: '以下属性未被采用：',
    openInLab: '在实验室中打开',
    builder: '把图放到你的网页上',
    offline: '下载本页的单文件版，可离线使用',
    reference: 'JavaScript 包参考手册',
    version: (version) => `igb ${version}`,
    seed: (seed) => `种子 ${seed}`,
    copyLink: '复制链接',
    copied: '已复制。',
    notCopied: '此处不允许复制；内容如下：',
  },
};
