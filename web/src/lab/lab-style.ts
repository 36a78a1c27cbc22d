import { css } from 'lit';

/** Two or three figures beside each other where there is room, one below the other where not. */
export const labStyle = css`
  :host { container-type: inline-size; background: var(--page); }
  .grid { display: grid; gap: 1.5rem 1.75rem; grid-template-columns: minmax(0, 1fr); }
  .grid > * { grid-column: 1 / -1; min-width: 0; }
  igb-phase-map { --height-ratio: 0.78; }
  .say { display: flex; gap: 0.75rem 1.25rem; align-items: center; justify-content: space-between; flex-wrap: wrap; }
  .caption { margin: 0; flex: 1 1 26rem; font-size: 1.12rem; font-variant-numeric: tabular-nums; min-height: 3em; }
  .cross { background: var(--edge); border-color: var(--edge); color: var(--page); font-weight: 600; min-height: 2.75rem; min-width: 9rem; }
  @media (forced-colors: active) { .cross { background: ButtonFace; border-color: ButtonText; color: ButtonText; } }
  @container (min-width: 850px) {
    igb-phase-map { --height-ratio: 1.06; }
    .grid { grid-template-columns: repeat(12, minmax(0, 1fr)); }
    .grid > :is(igb-phase-map, igb-class-map, igb-histogram) { grid-column: span 4; }
    .grid > :is(igb-networks, igb-depth-curves, igb-gradients, igb-images) { grid-column: span 6; }
  }
`;
