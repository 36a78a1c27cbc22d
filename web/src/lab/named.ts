import { attributeNames, elementNames } from '../model/elements';
import { type ParameterName, parameters, parseAttribute, type State } from '../model/params';
import { Lab } from './lab';

interface Named {
  lab: Lab;
  /** Parameters that an element's attributes have set. */
  given: Set<ParameterName>;
}

/** Labs that elements share by name: <igb-phase-map lab="one"> and <igb-class-map lab="one">. */
const all = new Map<string, Named>();

/** What the elements of a name in the page say together, the first one first: they come to life in
 * another order. */
function saidInPage(name: string): Partial<State> {
  const elements = [...document.querySelectorAll(elementNames.join())]
    .filter((element) => element.getAttribute('lab') === name)
    .reverse();
  const entries = elements.flatMap((element) =>
    attributeNames.flatMap((parameter) => {
      const text = element.getAttribute(parameters[parameter].key);
      const value = text === null ? null : parseAttribute(parameter, text);
      return value === null ? [] : [[parameter, value] as const];
    }),
  );
  return Object.fromEntries(entries);
}

function create(name: string): Named {
  const said = saidInPage(name);
  return { lab: new Lab(said), given: new Set(Object.keys(said) as ParameterName[]) };
}

/** The lab of a name, which lives as long as the page. Of elements whose attributes contradict each
 * other, the first wins; what no earlier one gives is taken from a later one. */
export function labNamed(name: string, initial: Partial<State>): Lab {
  const named = all.get(name) ?? create(name);
  all.set(name, named);
  const fresh = Object.entries(initial).filter(
    ([parameter]) => !named.given.has(parameter as ParameterName),
  );
  for (const [parameter] of fresh) named.given.add(parameter as ParameterName);
  if (fresh.length > 0) named.lab.begin(Object.fromEntries(fresh));
  return named.lab;
}
