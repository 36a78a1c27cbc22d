import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';

const symbols = /(σ_[wb]²)/;

/** Splits a text at σ_w² and σ_b²; odd entries are the letters w and b. */
function parts(text: string): string[] {
  return text.split(symbols).map((part, i) => (i % 2 === 1 ? (part[2] as string) : part));
}

export function typeset(text: string): TemplateResult[] {
  return parts(text).map((part, i) =>
    i % 2 === 1 ? html`<span class="symbol">σ<sub>${part}</sub>²</span>` : html`${part}`,
  );
}

/** For the inside of an SVG text element. */
export function typesetSvg(text: string): SVGTemplateResult[] {
  return parts(text).map((part, i) =>
    i % 2 === 1
      ? svg`σ<tspan dy="3" font-size="75%">${part}</tspan><tspan dy="-3">²</tspan>`
      : svg`<tspan>${part}</tspan>`,
  );
}
