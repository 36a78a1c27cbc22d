import { html, nothing, type TemplateResult } from 'lit';
import type { State } from '../model/params';
import { describeSvg, provenance, type Table, tableToCsv } from '../model/take-away';
import { figureStyle } from '../parts/figure-style';
import { failureNotice, problemNotice, startNotice } from '../parts/notices';
import '../parts/take-away';
import { typeset } from '../parts/typeset';
import { figurePace, LabElement } from './lab-element';

/** A figure: title, picture, a sentence from the state, and what one can take away. */
export abstract class Figure extends LabElement {
  /** Only what one drags, and the map that follows, are drawn with every frame. */
  protected override readonly pace: number = figurePace;

  static override styles = [...LabElement.styles, figureStyle];

  protected abstract get heading(): string;
  /** What there is to see now, in a sentence: caption and text alternative. */
  protected abstract get sentence(): string;
  protected abstract get help(): string;
  protected abstract draw(): TemplateResult;
  /** The numbers shown. */
  abstract table(): Table;
  /** A self-contained SVG of what is shown. */
  abstract picture(): Promise<string>;

  /** The state that the numbers belong to. */
  get shownState(): State {
    return this.lab.state;
  }

  /** The command that computes the numbers; null: there is none. */
  get command(): string | null {
    return null;
  }

  /** Throws where something of what is shown belongs to another state, because the engine has not
   * come to this one yet, or refuses it: nothing leaves under a wrong name. */
  checkCurrent(): void {
    const { lab, text } = this;
    for (const kind of this.kinds) {
      if (!lab.isStale(kind)) continue;
      if (!lab.failureOf(kind)) throw new Error(text.notYet);
      if (lab.result(kind)) throw new Error(text.nothingToShow);
    }
  }

  /** The numbers as CSV, with their provenance. */
  csv(): string {
    this.checkCurrent();
    return tableToCsv(this.table(), this.shownState, this.lab.version);
  }

  /** The picture as SVG, with its provenance. */
  async svg(): Promise<string> {
    this.checkCurrent();
    return describeSvg(await this.picture(), provenance(this.shownState, this.lab.version));
  }

  /** A lab says for all its figures what is wrong. */
  private get alone(): boolean {
    const { host } = this.getRootNode() as ShadowRoot;
    return !this.quiet && host?.localName !== 'igb-lab';
  }

  private get failure() {
    const failures = this.kinds.map((kind) => this.lab.failureOf(kind));
    return failures.find((failure) => failure !== null) ?? null;
  }

  private notices() {
    const { text, lab, failure } = this;
    const waiting = !this.ready && !lab.startError && !failure;
    return html`${this.attributeNotice()}
      ${problemNotice(text, text.notice, lab.problems, () => lab.report([]))}
      ${startNotice(text, lab.startError)} ${failureNotice(text, failure)}
      ${waiting ? html`<p class="note" part="loading" role="status">${text.loading}</p>` : nothing}`;
  }

  private body() {
    if (this.alone && this.lab.startError) return nothing;
    if (this.ready) return this.draw();
    return this.hasPoster ? this.posterPart() : this.draw();
  }

  override render(): TemplateResult {
    const { text } = this;
    return html`<figure part="figure" lang=${this.languageTag} class=${this.localName} data-test=${this.localName}>
      <div class="head" part="head"><h2 part="title">${this.heading}</h2>
        <igb-take-away .figure=${this} .text=${text} .of=${this.heading} exportparts="menu"></igb-take-away></div>
      ${this.alone ? this.notices() : nothing}
      ${this.body()}
      <figcaption part="caption"><span class="sentence" part="sentence">${typeset(this.sentence)}</span>
        <span part="help">${this.help}</span></figcaption>
    </figure>`;
  }
}
