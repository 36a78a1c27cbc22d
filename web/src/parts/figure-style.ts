import { css } from 'lit';

/** What all figures share; colours are those of theme.ts. */
export const figureStyle = css`
  :host { min-width: 0; }
  figure { margin: 0; }
  h2 { margin: 0; font-size: 1.05rem; flex: 1; }
  .head { display: flex; gap: 0.5rem; align-items: start; margin: 0 0 0.5rem; }
  figcaption, .legend { margin: 0.5rem 0 0; font-size: 0.88rem; color: var(--ink-soft); }
  .read-out { display: block; margin: 0.3rem 0 0; min-height: 1.5em; font-size: 0.85rem; color: var(--ink-soft); font-variant-numeric: tabular-nums; }
  .legend { display: flex; flex-wrap: wrap; gap: 0.1rem 0.9rem; padding: 0; list-style: none; }
  .key { display: inline-block; width: 1.5rem; height: 0; margin: 0 0.35rem 0 0; vertical-align: middle; }
  .swatch { display: inline-block; width: 1rem; height: 1rem; border-radius: 3px; vertical-align: middle; }
  .swatch, .key { forced-color-adjust: none; }
  .swatch.A { background: var(--class-a); }
  .swatch.B { background: var(--class-b); }
  svg { display: block; overflow: visible; font: 12px var(--font); fill: var(--ink-soft); }
  .frame { fill: var(--plot); stroke: var(--rule); }
  .tick { stroke: var(--rule); }
  .grid { stroke: var(--rule); stroke-opacity: 0.5; }
  .axis { font-size: 12.5px; fill: var(--ink); }
  .note { margin: 0.4rem 0 0; font-size: 0.85rem; color: var(--ink-soft); }
`;
