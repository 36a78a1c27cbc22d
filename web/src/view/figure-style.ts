import { css } from 'lit';

/** What all figures share; colours come from the page's custom properties. */
export const figureStyle = css`
  :host { display: block; }
  svg { display: block; overflow: visible; font: 12px var(--font); fill: var(--ink-soft); }
  .frame { fill: var(--plot); stroke: var(--rule); }
  .tick { stroke: var(--rule); }
  .grid { stroke: var(--rule); stroke-opacity: 0.5; }
  .axis { font-size: 12.5px; fill: var(--ink); }
  .note { margin: 0.4rem 0 0; font-size: 0.85rem; color: var(--ink-soft); }
`;
