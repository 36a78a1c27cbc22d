import type { Lang } from '../model/params';

/** Of the figure of real images. */
export interface ImageWords {
  title: string;
  help: string;
  sentence(count: number, share: string, name: string): string;
}

export const words: Record<Lang, ImageWords> = {
  en: {
    title: 'What it thinks of real images',
    help: 'Fashion-MNIST, which this network has never seen: shirts, shoes and bags. The frame is the class it gives them (blue A; orange, dashed B).',
    sentence: (count, share, name) =>
      `Of ${count} images this untrained network gives ${share} to class ${name}.`,
  },
  zh: {
    title: '它怎么看真实图像',
    help: '这个网络从未见过的 Fashion-MNIST 图像：衣服、鞋和包。边框是它判给的类别（蓝色 A；橙色虚线 B）。',
    sentence: (count, share, name) =>
      `${count} 幅图像中，这个未经训练的网络把 ${share} 判给 ${name} 类。`,
  },
};
