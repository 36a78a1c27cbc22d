import { html, LitElement, nothing, type PropertyValues } from 'lit';
import { Lab } from '../lab/lab';
import '../lab/lab-view';
import '../lab/notices';
import { formatQuery, languageTag, parseQuery, type State } from '../model/params';
import { openingAt } from '../model/story';
import { throttle } from '../parts/throttle';
import { texts } from '../text';
import { embeddingTexts } from '../text/embedding';
import { stories } from '../text/story';
import './glossary';
import './story';

/** The page: title, story and lab, all of one state, which the address holds. */
export class Page extends LitElement {
  private readonly lab: Lab;

  private readonly writeUrl = throttle((state: State) => {
    try {
      history.replaceState(null, '', (formatQuery(state) || location.pathname) + location.hash);
    } catch {
      // A file may not change its address; the link below the lab still holds the state.
    }
  }, 300);

  constructor() {
    super();
    const { state, problems } = parseQuery(location.search);
    this.lab = new Lab(openingAt(state, location.hash));
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

  /** The browser looked for the target of the address before it was there. */
  protected override async firstUpdated(): Promise<void> {
    if (location.hash === '') return;
    await Promise.all(
      [...this.querySelectorAll<LitElement>('igb-story, igb-lab, igb-glossary')].map(
        (element) => element.updateComplete,
      ),
    );
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  }

  protected override willUpdate(_changed: PropertyValues): void {
    const { lang, theme } = this.lab.state;
    document.documentElement.lang = languageTag(lang);
    document.documentElement.dataset.theme = theme;
    document.title = `${this.text.title} · igb`;
  }

  override render() {
    const { text, lab } = this;
    const story = stories[lab.state.lang];
    const otherLanguage = lab.state.lang === 'en' ? 'zh' : 'en';
    return html`
      <header>
        <h1>${text.title}</h1>
        <button type="button" class="language" data-test="language"
          lang=${languageTag(otherLanguage)}
          @click=${() => lab.set({ lang: otherLanguage })}>${text.otherLanguage}</button>
        <p class="lead">${text.lead} <a href="#lab">${story.straightToLab}</a></p>
      </header>
      <main>
        <igb-notices .lab=${lab}></igb-notices>
        <igb-story .lab=${lab}></igb-story>
        <section class="lab" id="lab" aria-labelledby="lab-title">
          <h2 id="lab-title">${story.lab}</h2>
          <p class="lead">${story.labLead}</p>
          <igb-lab .lab=${lab} .quiet=${true}></igb-lab>
        </section>
        <igb-glossary .language=${lab.state.lang}></igb-glossary>
      </main>
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
