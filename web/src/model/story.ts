/** The story: steps, each a state of the lab and the figures that show it. */
import { defaults, isAt, networkNames, parameters, type State } from './params';
import { presets } from './presets';

export const stepNames = ['opinion', 'many', 'order', 'why', 'neutral', 'edge', 'lab'] as const;
export type StepName = (typeof stepNames)[number];

/** Where a step takes the lab; everything else stays as the reader has it. */
export type Goal = Pick<State, 'activation' | 'sigmaW2' | 'sigmaB2' | 'depth'>;

export type StoryFigure = 'phase-map' | 'class-map' | 'networks' | 'histogram' | 'depth-curves';

export interface Step {
  name: StepName;
  /** Null: the lab stays where it is. */
  goal: Goal | null;
  /** Beside the phase map, and below it. */
  figures: readonly StoryFigure[];
  /** Where there is no room for that: each follows the paragraph of the same number. */
  inline: readonly (StoryFigure | null)[];
}

const { activation, sigmaB2, depth } = defaults();

/** An initialisation of the paper, at the depth at which pages open. */
function paper(name: 'order' | 'edge' | 'prejudice' | 'neutrality'): Goal {
  const preset = presets.find((candidate) => candidate.name === `paper-${name}`);
  if (!preset) throw new Error(`no preset paper-${name}`);
  return { ...preset.at(defaults().width), depth };
}

/** Where pages open. */
const opening: Goal = { activation, sigmaW2: defaults().sigmaW2, sigmaB2, depth };

const table: Record<StepName, Omit<Step, 'name'>> = {
  opinion: { goal: opening, figures: ['class-map'], inline: ['class-map', 'phase-map'] },
  many: {
    goal: paper('prejudice'),
    figures: ['histogram', 'networks'],
    inline: ['networks', 'histogram'],
  },
  order: {
    goal: paper('order'),
    figures: ['class-map', 'networks'],
    inline: ['phase-map', 'networks'],
  },
  why: { goal: paper('order'), figures: ['class-map', 'depth-curves'], inline: ['depth-curves'] },
  neutral: {
    goal: paper('neutrality'),
    figures: ['histogram', 'networks'],
    inline: ['histogram', 'phase-map'],
  },
  edge: {
    goal: paper('edge'),
    figures: ['histogram', 'depth-curves'],
    inline: [null, 'histogram'],
  },
  lab: { goal: null, figures: ['class-map'], inline: [] },
};

export const steps: readonly Step[] = stepNames.map((name) => ({ name, ...table[name] }));

/** Numbers that the story tells of its states, by mean-field theory; a test holds them against the
 * engine. */
export const told = {
  /** Mean share of the larger class over networks, of as many inputs as the histogram has. */
  shares: { opinion: 0.68, many: 0.78, order: 0.92, neutral: 0.65, edge: 0.85 },
  /** Gamma of the output layer. */
  gammas: { many: 1.46, order: 14.4, neutral: 0.236, edge: 3.7 },
  /** Correlation at the output layer. */
  correlations: { why: 0.93 },
  /** Factor of squared gradients a layer. */
  gradients: { order: 0.9, neutral: 1.44, edge: 1 },
} as const;

/** What a reader may try in the lab. */
export const tries = {
  deeper: { ...paper('edge'), depth: 100 },
  relu: { activation: 'relu', sigmaW2: 2, sigmaB2: 0, depth },
  shallow: { ...paper('order'), depth: 2 },
} as const satisfies Record<string, Goal>;
export type TryName = keyof typeof tries;

export function stepOf(fragment: string): Step | null {
  return steps.find(({ name }) => fragment === `#step-${name}`) ?? null;
}

/** Whether all networks are those at which pages open. */
function isUntouched(state: State): boolean {
  return networkNames.every((name) => state[name] === parameters[name].default);
}

/** The state in which a page opens: that of its address; the one of the step that this names where it
 * gives none. */
export function openingAt(state: State, fragment: string): State {
  return isUntouched(state) ? { ...state, ...stepOf(fragment)?.goal } : state;
}

/** Whether the story may move the lab unasked: where the address gave a state, somebody wants that one
 * seen, unless it is one of the story's own. */
export function followsAtFirst(state: State): boolean {
  return steps.some(({ goal }) => goal !== null && isAt(state, goal));
}
