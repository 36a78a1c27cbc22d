/** What the page says in sentences: pure functions of numbers, one per language. */
import type { Lang } from './params';

export interface Facts {
  lang: Lang;
  activation: string;
  sigmaW2: number;
  /** sigma_w2 of the edge of chaos at this sigma_b2, or null where there is none. */
  edge: number | null;
  /** Every output is zero: the signal is below the smallest float32. */
  silent: boolean;
  /** Share of the plane that the network gives to class A. */
  shareOfA: number;
  /** Mean share of the larger class over networks, by theory. */
  expected: number;
}

/** Whole percents, with "over 99" and "under 1" where rounding would claim certainty. */
export function percent(share: number, lang: Lang): string {
  const rounded = Math.round(100 * share);
  if (rounded === 100 && share < 1) return lang === 'zh' ? '超过 99 %' : 'more than 99 %';
  if (rounded === 0 && share > 0) return lang === 'zh' ? '不到 1 %' : 'less than 1 %';
  return `${rounded} %`;
}

export function majority(shareOfA: number): { name: 'A' | 'B'; share: number } {
  return shareOfA >= 0.5 ? { name: 'A', share: shareOfA } : { name: 'B', share: 1 - shareOfA };
}

/** Where sigma_w2 lies, relative to the edge, in whole percents of the edge; 0: on it. */
export function percentAboveEdge(sigmaW2: number, edge: number): number {
  return Math.round(100 * (sigmaW2 / edge - 1)) + 0;
}

function place({ lang, activation, sigmaW2, edge }: Facts): string {
  if (edge === null) {
    return lang === 'zh'
      ? `${activation} 在此 σ_b² 下没有混沌边缘。`
      : `${activation} has no edge of chaos at this σ_b².`;
  }
  const distance = percentAboveEdge(sigmaW2, edge);
  if (distance === 0) {
    return lang === 'zh' ? 'σ_w² 正好在混沌边缘上。' : 'σ_w² is on the edge of chaos.';
  }
  const size = Math.abs(distance);
  if (lang === 'zh') return `σ_w² 比混沌边缘${distance > 0 ? '高' : '低'} ${size} %。`;
  return `σ_w² is ${size} % ${distance > 0 ? 'above' : 'below'} the edge of chaos.`;
}

/** The caption of the page. */
export function sentence(facts: Facts): string {
  const { lang, shareOfA, expected, silent } = facts;
  if (silent) {
    return lang === 'zh'
      ? `${place(facts)}信号已经消失：所有输出都是零，看不到任何偏好。`
      : `${place(facts)} The signal has died out: every output is zero, so there is no opinion to see.`;
  }
  const { name, share } = majority(shareOfA);
  const given = percent(share, lang);
  const mean = percent(expected, lang);
  if (lang === 'zh') {
    return `${place(facts)}这个网络把平面的 ${given} 判给 ${name} 类；对所有网络平均，理论预期较大的一类占 ${mean}。`;
  }
  return (
    `${place(facts)} This network gives ${given} of the plane to class ${name}; ` +
    `averaged over networks, theory expects ${mean} for the larger class.`
  );
}
