const symbols = /(σ_[wb]²)/;

/** Splits a text at σ_w² and σ_b²; odd entries are the letters w and b. */
export function symbolParts(text: string): string[] {
  return text.split(symbols).map((part, i) => (i % 2 === 1 ? (part[2] as string) : part));
}
