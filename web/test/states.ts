import fc from 'fast-check';
import {
  labParts,
  type Parameter,
  parameterNames,
  parameters,
  type State,
} from '../src/model/params';

function valuesOf(parameter: Parameter): fc.Arbitrary<string | number> {
  switch (parameter.type) {
    case 'choice':
      return fc.constantFrom(...parameter.choices);
    case 'list':
      return fc.subarray([...labParts]).map((parts) => parts.join(','));
    case 'integer':
      return fc.integer({ min: parameter.min, max: parameter.max });
    case 'number':
      // Minus zero is written as zero.
      return fc
        .double({ min: parameter.min, max: parameter.max, noNaN: true })
        .map((value) => value + 0);
  }
}

/** Any state that the table of parameters allows. */
export const states = fc.record(
  Object.fromEntries(parameterNames.map((name) => [name, valuesOf(parameters[name])])),
) as unknown as fc.Arbitrary<State>;
