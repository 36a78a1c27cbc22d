import type { Lang } from '../model/params';
import { en, type Text } from './en';
import { zh } from './zh';

export type { Text };
export const texts: Record<Lang, Text> = { en, zh };
