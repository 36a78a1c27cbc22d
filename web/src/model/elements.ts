/** What other pages can rely on: the elements, and what one can say to them. The reference page is
 * written from these tables, and tests hold them against the elements. */
import { type FigureName, type ParameterName, parameterNames, parameters } from './params';

export type ElementName = `igb-${FigureName}`;

export const elementNames = parameters.figure.choices.map(
  (figure) => `igb-${figure}` as const,
) satisfies ElementName[];

/** Parameters that are attributes of the elements; the element itself says which figure it is. */
export const attributeNames: readonly Exclude<ParameterName, 'figure'>[] = parameterNames.filter(
  (name) => name !== 'figure',
);

type Table = Readonly<Record<string, string>>;

export const purposes: Readonly<Record<ElementName, string>> = {
  'igb-lab': 'All figures of one state, what they say in a sentence, and the controls.',
  'igb-phase-map':
    'The plane of sigma_b2 and sigma_w2: gamma at infinite depth in colours, the critical lines, and the point one drags.',
  'igb-class-map': 'The class that one network gives each point of a plane of inputs.',
  'igb-histogram': 'The share of class A over many networks, and the law that theory gives for it.',
  'igb-depth-curves': 'Mean-field quantities against the layer: theory, and medians over networks.',
  'igb-race': 'Four networks of one draw that learn side by side, from around the edge of chaos.',
};

/** Attributes beside the parameters. */
export const otherAttributes: Table = {
  lab: 'A name. Elements of one name show one state. Where their attributes contradict each other, the first element wins.',
  poster: 'Address of an image that is shown until there are results.',
};

export const properties: Table = {
  state:
    'All parameters by their names in JavaScript, such as `sigmaW2`; setting some of them keeps the others.',
  lab: 'The `Lab` behind the element; hand it to another element, and both show it. `igb.js` exports the class.',
  poster: 'As the attribute.',
};

export const methods: Table = {
  'table()': 'The numbers shown: `{ columns, rows }`.',
  'csv()':
    'The same as CSV, with version and parameters as comments. Throws while the figure is still being computed; far from the window none is.',
  'svg()':
    'A promise of the picture as SVG that needs nothing else, with version and parameters in its description; rejects where `csv()` throws.',
};

/** None of them bubbles. */
export const events: Table = {
  load: 'It shows results for the first time.',
  change: 'The state has changed, by the reader or by a script; `detail` is the state.',
  progress: '`detail.done` of `detail.all` networks of the histogram are there.',
  error:
    'An attribute is not allowed, the engine cannot start or refuses the state; `detail` has a `name` and a `message`. The element shows it as well.',
};

export const slots: Table = {
  poster: 'Shown until there are results, instead of the image of the attribute `poster`.',
};

const figureParts: Table = {
  figure: 'All of it.',
  head: 'Title and the button beside it.',
  title: 'The title.',
  menu: 'What one can take away, while it is open.',
  error: 'What has gone wrong.',
  loading: 'Said until there are results.',
  poster: 'The image of the attribute `poster`.',
  caption: 'All that is said below the picture.',
  sentence: 'What there is to see now.',
  help: 'What the figure is about.',
};

/** Parts of its figures that a lab has, too. */
export const passedOn = [
  'figure',
  'head',
  'title',
  'menu',
  'plot',
  'canvas',
  'read-out',
  'sentence',
  'help',
] as const;

const readOut = 'The values under the pointer, or the cursor.';

export const parts: Readonly<Record<ElementName, Table>> = {
  'igb-lab': {
    lab: 'All of it.',
    caption: 'What there is to see now, in a sentence.',
    cross: 'The button that carries the point across the edge of chaos.',
    playback: 'Depth to scrub, to step and to let run.',
    controls: 'The fields and buttons.',
    error: 'What has gone wrong.',
    poster: 'The image of the attribute `poster`.',
    colophon: 'Version, seed and link.',
    ...Object.fromEntries(passedOn.map((part) => [part, 'Of each of its figures.'])),
  },
  'igb-phase-map': { ...figureParts, plot: 'The drawing.', 'read-out': readOut },
  'igb-class-map': { ...figureParts, canvas: 'The drawing.', 'read-out': readOut },
  'igb-histogram': { ...figureParts, plot: 'The drawing.', 'read-out': readOut },
  'igb-depth-curves': figureParts,
  'igb-race': figureParts,
};

export const customProperties: Table = {
  '--igb-font': 'Font families.',
  '--igb-page': 'Background of the lab, of menus and pictures.',
  '--igb-plot': 'Background of plots.',
  '--igb-ink': 'Letters, and lines of theory.',
  '--igb-ink-soft': 'Letters of less weight.',
  '--igb-rule': 'Frames and ticks.',
  '--igb-edge': 'The edge of chaos.',
  '--igb-neutrality': 'The neutrality line.',
  '--igb-class-a': 'Class A.',
  '--igb-class-b': 'Class B.',
  '--igb-dot': 'Measured points.',
  '--igb-focus': 'Marks of what has the focus.',
  '--igb-button': 'Background of buttons and fields.',
  '--igb-notice': 'Background of notices.',
  '--igb-error': 'Background of errors.',
};
