import { readFile } from 'node:fs/promises';
import type { Plugin } from 'vite';

interface Wanted {
  /** The HTML file whose module script the build stands for. */
  page: string;
  /** Name of the file to write. */
  to: string;
  /** Script and styles within the file instead of beside it. */
  inline: boolean;
}

/** A script that does not end the element it stands in. */
const inElement = (code: string) => code.replace(/<(\/?)script/gi, '<$1\\x73cript');

/** A page around a bundle that is one classic script, and its styles. */
export function classicPage({ page, to, inline }: Wanted): Plugin {
  return {
    name: 'classic-page',
    enforce: 'post', // styles are in the bundle by then
    async generateBundle(_options, bundle) {
      const take = (ending: string) => {
        const file = Object.values(bundle).find(({ fileName }) => fileName.endsWith(ending));
        if (!file) this.error(`the bundle has no ${ending}`);
        if (inline) delete bundle[file.fileName];
        return {
          name: file.fileName,
          text: file.type === 'chunk' ? file.code : String(file.source),
        };
      };
      const [script, style] = [take('.js'), take('.css')];
      const html = (await readFile(page, 'utf8')).replace(
        /\n *<script type="module".*<\/script>/,
        '',
      );
      const [atHead, atEnd] = inline
        ? [`<style>${style.text}</style>`, `<script>${inElement(script.text)}</script>`]
        : [
            `<link rel="stylesheet" href="./${style.name}" />`,
            `<script src="./${script.name}"></script>`,
          ];
      const source = html
        .replace('</head>', () => `  ${atHead}\n  </head>`)
        .replace('</body>', () => `  ${atEnd}\n  </body>`);
      this.emitFile({ type: 'asset', fileName: to, source });
    },
  };
}
