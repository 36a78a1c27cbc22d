import type { FigureName, LabPart, Lang } from '../model/params';

interface BuilderText {
  title: string;
  lead: string;
  what: string;
  figures: Record<FigureName, string>;
  shown: string;
  parts: Record<LabPart, string>;
  look: string;
  languages: Record<Lang, string>;
  themes: Record<'auto' | 'light' | 'dark', string>;
  width: string;
  height: string;
  start: string;
  startHelp: string;
  preview: string;
  take: string;
  link: string;
  frame: string;
  frameHelp: string;
  tag: string;
  tagHelp: string;
  copy: string;
  back: string;
}

export const builderTexts: Record<Lang, BuilderText> = {
  en: {
    title: 'Put a figure on your page',
    lead: 'Choose a figure and where it starts, look at it, and copy it: as a link, as a frame for any page or learning platform, or as an element.',
    what: 'What to show',
    figures: {
      lab: 'the lab: all figures',
      'phase-map': 'phase diagram',
      'class-map': 'class map of one network',
      histogram: 'histogram over networks',
      'depth-curves': 'curves over the layers',
      race: 'race of four networks',
    },
    shown: 'Parts of the lab to show',
    parts: {
      say: 'sentence',
      'phase-map': 'phase diagram',
      'class-map': 'class map',
      histogram: 'histogram',
      networks: 'small maps',
      'depth-curves': 'curves over the layers',
      gradients: 'gradients',
      images: 'images',
      race: 'race',
      'own-network': 'a network of one’s own',
      playback: 'layer by layer',
      controls: 'controls',
    },
    look: 'How it looks',
    languages: { en: 'English', zh: '中文' },
    themes: { auto: 'as the system', light: 'light', dark: 'dark' },
    width: 'width, pixels',
    height: 'height, pixels',
    start: 'Where it starts',
    startHelp: 'Or use the preview itself: what it shows is what readers will find.',
    preview: 'Preview',
    take: 'Copy',
    link: 'Link',
    frame: 'Frame',
    frameHelp: 'Works wherever HTML with frames is allowed.',
    tag: 'Element',
    tagHelp: 'For pages where scripts are allowed: no frame, as high as it needs.',
    copy: 'Copy',
    back: 'To the lab',
  },
  zh: {
    title: '把图放到你的网页上',
    lead: '选择一张图和它的起始状态，看看效果，然后复制：作为链接、作为可放入任何网页或教学平台的框架，或作为元素。',
    what: '显示什么',
    figures: {
      lab: '实验室：所有图',
      'phase-map': '相图',
      'class-map': '一个网络的分类图',
      histogram: '许多网络的直方图',
      'depth-curves': '逐层曲线',
      race: '四个网络的比赛',
    },
    shown: '实验室中要显示的部分',
    parts: {
      say: '说明句',
      'phase-map': '相图',
      'class-map': '分类图',
      histogram: '直方图',
      networks: '小分类图',
      'depth-curves': '逐层曲线',
      gradients: '梯度',
      images: '图像',
      race: '比赛',
      'own-network': '自己的网络',
      playback: '逐层播放',
      controls: '控件',
    },
    look: '外观',
    languages: { en: 'English', zh: '中文' },
    themes: { auto: '跟随系统', light: '浅色', dark: '深色' },
    width: '宽度（像素）',
    height: '高度（像素）',
    start: '起始状态',
    startHelp: '也可以直接操作预览：它显示什么，读者打开时就看到什么。',
    preview: '预览',
    take: '复制',
    link: '链接',
    frame: '框架',
    frameHelp: '凡允许使用框架的 HTML 页面均可使用。',
    tag: '元素',
    tagHelp: '用于允许脚本的页面：没有框架，高度随内容而定。',
    copy: '复制',
    back: '前往实验室',
  },
};
