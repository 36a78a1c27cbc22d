import type { Lang } from '../model/params';
import source from './formulas.json';

export type FormulaName = keyof typeof source;

/** MathML of each formula, with its words for those who cannot see it. The build makes it from TeX:
 * scripts/formulas.ts. */
export const formulas: Record<FormulaName, Record<Lang, string>> = source;
