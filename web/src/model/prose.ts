/** Text with links to terms, "[gamma|the ratio γ]", and formulas, "{bridge}". */

export type Piece =
  | { kind: 'text'; text: string }
  | { kind: 'term'; name: string; text: string }
  | { kind: 'formula'; name: string };

const marks = /\[([a-z0-9-]+)\|([^\]]+)\]|\{([A-Za-z]+)\}/g;

export function piecesOf(prose: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  const plain = (to: number) => {
    if (to > end) pieces.push({ kind: 'text', text: prose.slice(end, to) });
  };
  for (const match of prose.matchAll(marks)) {
    plain(match.index);
    end = match.index + match[0].length;
    const [, term, text, formula] = match;
    if (term !== undefined && text !== undefined) pieces.push({ kind: 'term', name: term, text });
    else if (formula !== undefined) pieces.push({ kind: 'formula', name: formula });
  }
  plain(prose.length);
  return pieces;
}
