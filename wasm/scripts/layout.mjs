// Writes src/layout.ts: the structs, functions and status names of igb.h as TypeScript.
import { writeFileSync } from 'node:fs';
import { readHeader } from './header.mjs';

const { structs, functions, statusNames } = readHeader();

function jsType(cType) {
  if (cType === 'void') return 'void';
  return cType === 'uint64_t' ? 'bigint' : 'number';
}

const structLines = Object.entries(structs).map(([name, { size, fields }]) => {
  const entries = Object.entries(fields).map(
    ([field, [kind, offset]]) => `      ${field}: ['${kind}', ${offset}],`,
  );
  return `  ${name}: {\n    size: ${size},\n    fields: {\n${entries.join('\n')}\n    },\n  },`;
});
const functionLines = Object.entries(functions).map(([name, { result, parameters }]) => {
  const list = parameters.map((parameter) => `${parameter.name}: ${jsType(parameter.type)}`);
  return `  ${name}(${list.join(', ')}): ${jsType(result)};`;
});

writeFileSync(
  new URL('../src/layout.ts', import.meta.url),
  `// Generated from igb.h by scripts/layout.mjs.

export const structs = {
${structLines.join('\n')}
} as const;

export interface Functions {
${functionLines.join('\n')}
}

export const statusNames = [
${statusNames.map((name) => `  '${name}',`).join('\n')}
] as const;
`,
);
