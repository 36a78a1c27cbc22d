import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { Lab } from '../lab/lab';
import '../lab/lab-element';
import { formatQuery, parseQuery, type State } from '../model/params';
import { throttle } from '../parts/throttle';
import { texts } from '../text';
import { embeddingTexts } from '../text/embedding';

/** The page: title, story and lab, all of one state, which the address holds. */
export class Page extends LitElement {
  private readonly lab: Lab;

  private readonly writeUrl = throttle((state: State) => {
    try {
      history.replaceState(null, '', formatQuery(state) || location.pathname);
    } catch {
      // A file may not change its address; the link below the lab still holds the state.
    }
  }, 300);

  constructor() {
    super();
    const { state, problems } = parseQuery(location.search);
    this.lab = new Lab(state);
    this.lab.report(problems);
    this.lab.on('change', (state) => {
      this.writeUrl(state);
      this.requestUpdate();
    });
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  private get text() {
    return texts[this.lab.state.lang];
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { lang, theme } = this.lab.state;
    document.documentElement.lang = lang === 'zh' ? 'zh-Hans' : 'en';
    document.documentElement.dataset.theme = theme;
    document.title = `${this.text.title} · igb`;
  }

  override render() {
    const { text, lab } = this;
    const otherLanguage = lab.state.lang === 'en' ? 'zh' : 'en';
    return html`
      <header>
        <h1>${text.title}</h1>
        <button type="button" class="language" data-test="language"
          lang=${otherLanguage === 'zh' ? 'zh-Hans' : 'en'}
          @click=${() => lab.set({ lang: otherLanguage })}>${text.otherLanguage}</button>
        <p class="lead">${text.lead}</p>
      </header>
      <main><igb-lab .lab=${lab}></igb-lab></main>
      <footer><p>${text.words}</p>${this.links()}</footer>`;
  }

  /** A page in one file has no other pages beside it. */
  private links() {
    if (import.meta.env.MODE === 'offline') return nothing;
    const { state } = this.lab;
    const words = embeddingTexts[state.lang];
    return html`<p><a href="./builder.html${formatQuery(state)}" data-test="builder">${words.builder}</a>
      <a href="./igb-offline.html" download>${words.offline}</a>
      <a href="./reference/index.html">${words.reference}</a></p>`;
  }
}

customElements.define('igb-page', Page);
