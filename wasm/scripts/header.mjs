// Reads the C API out of its header, so that a field, a function or a code is written down once.
import { readFileSync } from 'node:fs';

const engine = new URL('../../engine/include/igb/', import.meta.url);

/** Size and alignment of the C types of igb.h on wasm32, and their name in the binding. */
const scalars = {
  int32_t: { kind: 'i32', size: 4 },
  uint32_t: { kind: 'u32', size: 4 },
  uint64_t: { kind: 'u64', size: 8 },
  size_t: { kind: 'u32', size: 4 },
  double: { kind: 'f64', size: 8 },
  pointer: { kind: 'pointer', size: 4 },
};

function readSource(name) {
  return readFileSync(new URL(name, engine), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/.*$/gm, '');
}

const camel = (name) => name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
const alignUp = (offset, alignment) => Math.ceil(offset / alignment) * alignment;

/** The fields of a struct body in C layout; a nested struct contributes its own fields, under its own
 * name before theirs where there are two of its kind. */
function layOut(body, known) {
  const fields = {};
  let size = 0;
  let alignment = 1;
  for (const declaration of body.split(';').map((line) => line.trim())) {
    if (!declaration) continue;
    const match = /^(?:const\s+)?(\w+)\s*(\*?)\s*(\w+)$/.exec(declaration);
    if (!match) throw new Error(`igb.h: cannot read the field "${declaration}"`);
    const [, typeName, star, name] = match;
    const scalar = scalars[star ? 'pointer' : typeName];
    const nested = known[typeName];
    if (!scalar && !nested) throw new Error(`igb.h: unknown type ${typeName} of field ${name}`);
    const type = scalar ? { size: scalar.size, alignment: scalar.size } : nested;
    const offset = alignUp(size, type.alignment);
    if (scalar) fields[camel(name)] = [scalar.kind, offset];
    const repeated = body.split(new RegExp(`\\b${typeName}\\b`)).length > 2;
    for (const [inner, [kind, innerOffset]] of Object.entries(scalar ? {} : nested.fields)) {
      const field = repeated ? name + inner[0].toUpperCase() + inner.slice(1) : inner;
      fields[field] = [kind, offset + innerOffset];
    }
    size = offset + type.size;
    alignment = Math.max(alignment, type.alignment);
  }
  return { size: alignUp(size, alignment), alignment, fields };
}

function readStructs(source) {
  const structs = {};
  for (const [, name, body] of source.matchAll(/typedef struct (\w+) \{([^}]*)\} \1;/g)) {
    structs[name] = layOut(body, structs);
  }
  return structs;
}

function readFunctions(source) {
  const functions = {};
  const prototype = /^([\w ]+?[ *]+)(igb_\w+)\(([^)]*)\);/gm;
  for (const [, result, name, parameters] of source.matchAll(prototype)) {
    functions[name] = {
      result: result.trim(),
      parameters: parameters
        .split(',')
        .map((parameter) => parameter.trim().replace(/\s+/g, ' '))
        .filter((parameter) => parameter !== 'void')
        .map((parameter) => {
          const [, type, parameterName] = /^(.*?[ *])(\w+)$/.exec(parameter);
          return { type: type.trim(), name: camel(parameterName) };
        }),
    };
  }
  return functions;
}

function readStatusNames(source) {
  const body = /enum class StatusCode[^{]*\{([^}]*)\}/.exec(source)[1];
  return body
    .split(',')
    .map((entry) => entry.replace(/=.*/, '').trim())
    .filter(Boolean);
}

/** { structs, functions, statusNames } of the C API. */
export function readHeader() {
  const source = readSource('igb.h');
  return {
    structs: readStructs(source),
    functions: readFunctions(source),
    statusNames: readStatusNames(readSource('status.hpp')),
  };
}
