import { html, nothing, svg } from 'lit';
import type { Chart } from '../model/chart';
import { dotRadius, legendOf } from '../model/chart-svg';
import { typeset } from './typeset';

/** How the curves of some charts are drawn, each name once. */
export function legend(charts: readonly Chart[]) {
  return html`<ul class="legend">${legendOf(charts).map(
    ({
      name,
      kind,
      colour,
      dash,
      width = 2,
    }) => html`<li><svg class="curve-key" width="26" height="12"
        aria-hidden="true">${
          kind === 'line'
            ? svg`<line x1="0" x2="26" y1="6" y2="6" stroke="var(${colour})" stroke-width=${width}
                stroke-dasharray=${dash?.join(' ') ?? nothing} />`
            : svg`<circle cx="13" cy="6" r=${dotRadius({ x: [] })} fill="var(${colour})" />`
        }</svg>${typeset(name)}</li>`,
  )}</ul>`;
}
