import { html, nothing } from 'lit';
import { define } from '../parts/define';
import { failureNotice, problemNotice, startNotice } from '../parts/notices';
import { theme } from '../parts/theme';
import { LabElement } from './lab-element';

/** What is wrong with a lab: no engine, a point that it refused, entries that it did not take. */
export class Notices extends LabElement {
  protected readonly kinds = [] as const;

  static override styles = theme;

  protected get ready(): boolean {
    return true;
  }

  /** Without anything to say it has no size, and is nowhere to be seen. */
  protected override get awake(): boolean {
    return true;
  }

  /** A failure may be of any kind. */
  protected override shows(): boolean {
    return true;
  }

  override render() {
    const { text, lab } = this;
    const { startError, failure, problems, recovered } = lab;
    return html`${startNotice(text, startError)}
      ${
        recovered > 0 && !startError
          ? html`<div class="notice" role="status" data-test="recovered"><p>${text.recovered}</p>
            <button type="button" @click=${() => lab.forgetRecovered()}>${text.dismiss}</button></div>`
          : nothing
      }
      ${failureNotice(text, failure)}
      ${problemNotice(text, text.notice, problems, () => lab.report([]))}`;
  }
}

define('igb-notices', Notices);
