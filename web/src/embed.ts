/** The page for iframes: one figure, or the lab, as the address says. */
import './page/page.css';
import { Lab } from './lab/lab';
import './lab/lab-element';
import type { LabElement } from './lab/figure';
import { parseQuery } from './model/params';
import { texts } from './text';

const { state, problems } = parseQuery(location.search);
const lab = new Lab(state);
lab.report(problems);
document.documentElement.lang = state.lang === 'zh' ? 'zh-Hans' : 'en';
document.documentElement.dataset.theme = state.theme;
document.title = `${texts[state.lang].title} · igb`;
const element = document.createElement(`igb-${state.figure}`) as LabElement;
element.lab = lab;
document.querySelector('main')?.append(element);
