/** The page for iframes: one figure, or the lab, as the address says. */
import './page/page.css';
import './page/embed.css';
import { pageAddress } from './engine/assets';
import { Lab } from './lab/lab';
import type { LabElement } from './lab/lab-element';
import './lab/lab-view';
import { formatQuery, languageTag, parameters, parseQuery, type State } from './model/params';
import { texts } from './text';
import { embeddingTexts } from './text/embedding';

const { state, problems } = parseQuery(location.search);
const lab = new Lab(state);
lab.report(problems);
const element = document.createElement(`igb-${state.figure}`) as LabElement;
element.lab = lab;
const link = document.createElement('a');
link.target = '_blank';
link.rel = 'noopener';
link.dataset.test = 'open-in-lab';
document.querySelector('main')?.append(element, link);

/** What the page says beside the figure follows the state. */
function follow({ lang, theme, ...rest }: State): void {
  document.documentElement.lang = languageTag(lang);
  document.documentElement.dataset.theme = theme;
  document.title = `${texts[lang].title} · igb`;
  link.textContent = embeddingTexts[lang].openInLab;
  const whole = { hide: parameters.hide.default, figure: parameters.figure.default };
  link.href = pageAddress + formatQuery({ ...rest, lang, theme, ...whole });
}

lab.on('change', follow);
follow(state);
