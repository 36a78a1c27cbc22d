import type { Lang } from '../model/params';

/** Of the controls that let depth run. */
export interface PlaybackWords {
  title: string;
  back: string;
  play: string;
  pause: string;
  step: string;
  depth(layers: number): string;
}

export const words: Record<Lang, PlaybackWords> = {
  en: {
    title: 'Depth, layer by layer',
    back: 'One layer less',
    play: 'Play: grow layer by layer',
    pause: 'Pause',
    step: 'One layer more',
    depth: (layers) => (layers === 1 ? '1 layer' : `${layers} layers`),
  },
  zh: {
    title: '逐层加深',
    back: '减少一层',
    play: '播放：逐层加深',
    pause: '暂停',
    step: '增加一层',
    depth: (layers) => `${layers} 层`,
  },
};
