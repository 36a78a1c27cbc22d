import { css } from 'lit';

/** Colours and letters. A page changes them through custom properties --igb-...; inside they have
 * short names. Classes are Okabe and Ito's blue and orange, which every common form of colour
 * blindness tells apart. */
export const tokens = css`
  :host {
    color-scheme: light dark;
    --font: var(--igb-font, system-ui, "Noto Sans", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif);
    --page: var(--igb-page, light-dark(#fbfaf7, #16181c));
    --plot: var(--igb-plot, light-dark(#ffffff, #1d2026));
    --ink: var(--igb-ink, light-dark(#1c1f24, #eceef1));
    --ink-soft: var(--igb-ink-soft, light-dark(#555b64, #a9b0bb));
    --rule: var(--igb-rule, light-dark(#cdd1d6, #3b414b));
    --edge: var(--igb-edge, light-dark(#cc2222, #ff6b6b));
    --neutrality: var(--igb-neutrality, light-dark(#00795a, #3cc9a0));
    --class-a: var(--igb-class-a, #0072b2);
    --class-b: var(--igb-class-b, #e69f00);
    --dot: var(--igb-dot, light-dark(#8a4fb0, #c79be6));
    --focus: var(--igb-focus, light-dark(#1a5fd0, #7db4ff));
    --button: var(--igb-button, light-dark(#ffffff, #262a32));
    --notice: var(--igb-notice, light-dark(#fff4d6, #3a3213));
    --error: var(--igb-error, light-dark(#ffe3e0, #45201f));
    color: var(--ink);
    font: 16px / 1.5 var(--font);
    /* What a page around may say of its own text. */
    direction: ltr;
    text-align: start;
    text-indent: 0;
    text-transform: none;
    text-shadow: none;
    letter-spacing: normal;
    word-spacing: normal;
    white-space: normal;
  }
  :host([theme="light"]) { color-scheme: light; }
  :host([theme="dark"]) { color-scheme: dark; }
  @media (forced-colors: active) {
    :host {
      --page: Canvas; --plot: Canvas; --ink: CanvasText; --ink-soft: CanvasText; --rule: GrayText;
      --edge: Highlight; --neutrality: LinkText; --dot: LinkText; --focus: Highlight;
      --button: ButtonFace; --notice: Canvas; --error: Canvas;
    }
  }
`;

/** Fields, buttons and notices, in the colours that are inherited. */
export const base = css`
  * { box-sizing: border-box; }
  :focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
  button, select, input, textarea {
    font: inherit; color: inherit; background: var(--button);
    border: 1px solid var(--ink-soft); border-radius: 6px; min-height: 2.4rem; padding: 0.3rem 0.7rem;
  }
  select, input, textarea { max-width: 100%; min-width: 0; }
  label { min-width: 0; max-width: 100%; }
  button { cursor: pointer; }
  button:hover { border-color: var(--ink); }
  button:disabled { opacity: 0.45; cursor: default; }
  sub { line-height: 0; font-size: 0.7em; }
  .symbol { white-space: nowrap; }
  .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .notice { margin: 0 0 1rem; padding: 0.75rem 1rem; border-radius: 8px; background: var(--notice); border: 1px solid var(--rule); }
  .notice p { margin: 0; }
  .notice ul { margin: 0.3rem 0 0.6rem; padding-left: 1.2rem; overflow-wrap: anywhere; }
  .notice.error { background: var(--error); }
  .notice code { overflow-wrap: anywhere; }
  @media (prefers-reduced-motion: reduce) { *, ::before, ::after { transition: none !important; animation: none !important; } }
`;

/** Of elements that stand on a page of their own. */
export const theme = [tokens, base];
