// The examples of the READMEs, run as they stand and checked against the types.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The JavaScript blocks of a document. */
function examples(name) {
  const text = readFileSync(new URL(name, import.meta.url), 'utf8');
  return [...text.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
}

for (const name of ['../../README.md', '../README.md']) {
  examples(name).forEach((code, index) => {
    test(`example ${index + 1} of ${name} compiles and runs`, (t) => {
      // Inside the package, which then resolves its own name.
      mkdirSync(join(root, 'dist'), { recursive: true });
      const folder = mkdtempSync(join(root, 'dist', 'readme-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const file = join(folder, 'example.mjs');
      writeFileSync(file, code);

      const options = '--checkJs --noEmit --skipLibCheck --target es2022 --module nodenext'.split(
        ' ',
      );
      execFileSync('node_modules/.bin/tsc', [...options, file], { cwd: root });
      const output = execFileSync(process.execPath, [file], { encoding: 'utf8' });
      assert.doesNotMatch(output, /NaN|undefined/);
      t.diagnostic(output.trim().split('\n').at(-1));
    });
  });
}

test('both READMEs have an example', () => {
  for (const name of ['../../README.md', '../README.md']) {
    assert.ok(examples(name).length > 0, name);
  }
});
