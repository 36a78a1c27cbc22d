import { css, html } from 'lit';
import { Figure } from '../lab/figure';
import type { Sample } from '../model/sample';
import type { Table } from '../model/take-away';
import { majority, percent } from '../model/words';
import { define } from '../parts/define';
import { canvasPicture } from '../parts/picture';
import { words } from '../text/images';

/** Pixels around an image in which its class is told. */
const border = 3;
const perRow = 12;

/** Blue and orange of the classes, as on the class maps. */
const inks = ['#0072b2', '#e69f00'] as const;

/** Real images, framed by the class that the untrained network of the large map gives them. */
export class Images extends Figure {
  protected readonly kinds = ['images'] as const;

  static override styles = [
    ...Figure.styles,
    css`
      canvas { display: block; width: 100%; image-rendering: pixelated; forced-color-adjust: none; }
    `,
  ];

  protected override show(visible: boolean): void {
    super.show(visible);
    if (visible) void this.lab.needSample();
  }

  private get say() {
    return words[this.lab.state.lang];
  }

  protected get heading(): string {
    return this.say.title;
  }

  protected get help(): string {
    return this.say.help;
  }

  protected get ready(): boolean {
    return this.lab.sample === 'missing' || this.lab.result('images') !== null;
  }

  protected get sentence(): string {
    const result = this.lab.result('images');
    if (!result) return '';
    const a = result.classes.filter((guess) => guess === 0).length / result.classes.length;
    const { name, share } = majority(a);
    return this.say.sentence(result.classes.length, percent(share, this.lab.state.lang), name);
  }

  override table(): Table {
    const { sample } = this.lab;
    const labels = sample && sample !== 'missing' ? sample.test.labels : [];
    const classes = this.lab.result('images')?.classes ?? [];
    return {
      columns: ['image', 'label', 'class'],
      rows: Array.from(classes, (guess, i) => [i, labels[i] ?? null, guess === 0 ? 'A' : 'B']),
    };
  }

  private get canvas(): HTMLCanvasElement | null {
    return this.renderRoot.querySelector('canvas');
  }

  override async picture(): Promise<string> {
    if (!this.canvas) throw new Error(this.text.nothingToShow);
    return canvasPicture(this.canvas, this.sentence);
  }

  protected override draw() {
    const { sample } = this.lab;
    if (sample === 'missing') {
      return html`<p class="note" data-test="no-images">${this.text.noImages}</p>`;
    }
    const result = this.lab.result('images');
    if (!sample || !result) return html``;
    const shares = result.classes.filter((guess) => guess === 0).length / result.classes.length;
    const cell = sample.side + 2 * border;
    return html`<canvas part="canvas" role="img" aria-label=${this.sentence} data-test="images"
      data-share=${shares} data-stale=${String(this.lab.isStale('images'))}
      width=${perRow * cell} height=${Math.ceil(result.shown / perRow) * cell}></canvas>`;
  }

  protected override updated(): void {
    const { sample } = this.lab;
    const result = this.lab.result('images');
    const context = this.canvas?.getContext('2d');
    if (!context || !result || !sample || sample === 'missing') return;
    for (let i = 0; i < result.shown; ++i) paintImage(context, sample, i, result.classes[i] ?? 0);
  }
}

function paintImage(
  context: CanvasRenderingContext2D,
  { side, test }: Sample,
  index: number,
  guess: number,
): void {
  const cell = side + 2 * border;
  const [x, y] = [(index % perRow) * cell, Math.floor(index / perRow) * cell];
  context.fillStyle = inks[guess === 0 ? 0 : 1];
  context.fillRect(x, y, cell, cell);
  if (guess !== 0) stripe(context, x, y, cell);
  const image = context.createImageData(side, side);
  const pixels = new Uint32Array(image.data.buffer);
  for (let i = 0; i < pixels.length; ++i) {
    const grey = 255 - (test.large[index * side * side + i] as number);
    pixels[i] = 0xff000000 | (grey << 16) | (grey << 8) | grey;
  }
  context.putImageData(image, x + border, y + border);
}

/** Class B is told by dashes as well as by colour. */
function stripe(context: CanvasRenderingContext2D, x: number, y: number, cell: number): void {
  context.fillStyle = '#7a4f00';
  for (let i = 0; i < cell; i += 6) {
    context.fillRect(x + i, y, 2, border);
    context.fillRect(x + i, y + cell - border, 2, border);
  }
}

define('igb-images', Images);
