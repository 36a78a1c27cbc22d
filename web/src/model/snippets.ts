/** What a teacher copies to show a figure elsewhere. */
import { attributeNames } from './elements';
import { entriesOf, formatQuery, parameters, type State } from './params';

/** Of a frame, in pixels. */
export interface Size {
  width: number;
  height: number;
}

/** What a frame may do in its page: run, open the lab beside it, save pictures. */
const frameRights = 'allow-scripts allow-popups allow-popups-to-escape-sandbox allow-downloads';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '"': '&quot;', '<': '&lt;' };
const escaped = (text: string) => text.replace(/[&"<]/g, (letter) => entities[letter] as string);

/** Address of what the state shows, alone; `site` is the address of the page, which ends in "/", or is
 * a file. */
export function linkOf(site: string, state: State): string {
  const whole = state.figure === parameters.figure.default;
  return `${site}${whole ? '' : 'embed.html'}${formatQuery(state)}`;
}

export function frameOf(
  site: string,
  state: State,
  { width, height }: Size,
  title: string,
): string {
  const address = escaped(`${site}embed.html${formatQuery(state)}`);
  return (
    `<iframe src="${address}" title="${escaped(title)}" width="${width}" height="${height}"\n` +
    `  style="border: 0; max-width: 100%" sandbox="${frameRights}"\n` +
    '  allow="clipboard-write" loading="lazy"></iframe>'
  );
}

export function tagOf(site: string, state: State): string {
  const keys = attributeNames.map((name): string => parameters[name].key);
  const attributes = entriesOf(state)
    .filter(([key]) => keys.includes(key))
    .map(([key, value]) => ` ${key}="${escaped(value)}"`);
  const name = `igb-${state.figure}`;
  return (
    `<script type="module" src="${escaped(site)}igb.js"></script>\n` +
    `<${name}${attributes.join('')}></${name}>`
  );
}
