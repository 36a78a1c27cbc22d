/** Writes the reference of the elements from the tables that they are made of. */
import {
  attributeNames,
  customProperties,
  elementNames,
  events,
  methods,
  otherAttributes,
  parts,
  properties,
  purposes,
  slots,
} from '../src/model/elements';
import { allowed, type Parameter, parameters } from '../src/model/params';
import { en } from '../src/text/en';

type Row = readonly string[];

const cell = (text: string) => text.replaceAll('|', '\\|');

function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const code = (text: string) => (text === '' ? '' : `\`${text}\``);

const named = (head: string, entries: Readonly<Record<string, string>>) =>
  table(
    [head, 'meaning'],
    Object.entries(entries).map(([name, meaning]) => [code(name), meaning]),
  );

function parameterRow(name: (typeof attributeNames)[number]): Row {
  const parameter: Parameter = parameters[name];
  return [
    code(parameter.key),
    code(name),
    parameter.type,
    allowed(name).values,
    code(String(parameter.default)),
    parameter.unit,
    en.parameters[name].help,
  ];
}

export function reference(): string {
  const elements = elementNames.map(
    (name) => `### \`<${name}>\`\n\n${purposes[name]}\n\n${named('part', parts[name])}`,
  );
  return `# Reference of the elements

Written by \`npm run reference\` from the tables in \`src/model/params.ts\` and \`src/model/elements.ts\`; a
test fails when it is out of date.

One file, \`igb.js\`, has all elements and the engine. How to embed them, and what a
Content-Security-Policy must allow: the README at the top.

## Attributes of all elements

The same keys are those of the address of the page and of \`embed.html\`, which has \`figure\` as well:
${parameters.figure.choices.join(', ')}. A value that is not allowed is named in the element and by the
event \`error\`, and the default is used.

${table(['attribute', 'in `state`', 'type', 'allowed', 'default', 'unit', 'meaning'], attributeNames.map(parameterRow))}

${named('attribute', otherAttributes)}

## Properties

${named('property', properties)}

## Methods of the figures

${named('method', methods)}

## Events

None of them bubbles.

${named('event', events)}

## Slots

${named('slot', slots)}

## Custom properties

They are for style sheets of the page: colours, except for the font. Defaults follow the theme.

${named('property', customProperties)}

## Elements and their parts

${elements.join('\n\n')}
`;
}
