import { html, type SVGTemplateResult, svg, type TemplateResult } from 'lit';
import { symbolParts } from '../model/symbols';

export function typeset(text: string): TemplateResult[] {
  return symbolParts(text).map((part, i) =>
    i % 2 === 1 ? html`<span class="symbol">σ<sub>${part}</sub>²</span>` : html`${part}`,
  );
}

/** For the inside of an SVG text element. */
export function typesetSvg(text: string): SVGTemplateResult[] {
  return symbolParts(text).map((part, i) =>
    i % 2 === 1
      ? svg`σ<tspan dy="3" font-size="75%">${part}</tspan><tspan dy="-3">²</tspan>`
      : svg`<tspan>${part}</tspan>`,
  );
}
