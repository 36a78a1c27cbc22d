/** From figures on the page to pictures that stand alone. */

const namespace = 'http://www.w3.org/2000/svg';

/** What the style sheets of figures set; written into each element of the copy. */
const inlined = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-opacity',
  'stroke-dasharray',
  'stroke-linejoin',
  'paint-order',
  'opacity',
  'visibility',
  'font-family',
  'font-size',
  'font-weight',
  'text-anchor',
];

/** Colours of the host's style sheet, resolved for its theme. */
export function colourOf(host: Element, property: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${property})`;
  (host.shadowRoot ?? host).append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

const paints = ['fill', 'stroke'];

/** A colour as programs other than browsers read it, too: style sheets mix some in oklab. */
function plainColour(colour: string): string {
  if (!/^(oklab|oklch|lab|lch|color)\(/.test(colour)) return colour;
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return colour;
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return `rgb(${red}, ${green}, ${blue})`;
}

function removeComments(root: Node): void {
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_COMMENT);
  const comments: Node[] = [];
  while (walker.nextNode()) comments.push(walker.currentNode);
  for (const comment of comments) comment.parentNode?.removeChild(comment);
}

/** A copy of an SVG that needs no style sheet, with a background and a title. */
export function standalone(svg: SVGSVGElement, title: string, background: string): string {
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll<SVGElement>('*')];
  const copies = [copy, ...copy.querySelectorAll<SVGElement>('*')];
  originals.forEach((original, i) => {
    const style = getComputedStyle(original);
    const target = copies[i] as SVGElement;
    for (const property of inlined) {
      const value = style.getPropertyValue(property);
      target.setAttribute(property, paints.includes(property) ? plainColour(value) : value);
    }
    for (const name of ['class', 'part', 'tabindex', 'role']) target.removeAttribute(name);
  });
  copy.setAttribute('xmlns', namespace);
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  copy.setAttribute('viewBox', `0 0 ${width} ${height}`);
  const paper = document.createElementNS(namespace, 'rect');
  paper.setAttribute('width', '100%');
  paper.setAttribute('height', '100%');
  paper.setAttribute('fill', background);
  const name = document.createElementNS(namespace, 'title');
  name.textContent = title;
  copy.prepend(name, paper);
  removeComments(copy);
  return new XMLSerializer().serializeToString(copy);
}

/** An SVG around the picture of a canvas. */
export function canvasPicture(canvas: HTMLCanvasElement, title: string): string {
  const { width, height } = canvas;
  const safe = title.replace(/[&<>]/g, (letter) => `&#${letter.charCodeAt(0)};`);
  return (
    `<svg xmlns="${namespace}" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">` +
    `<title>${safe}</title><image width="${width}" height="${height}" href="${canvas.toDataURL()}"/></svg>`
  );
}

/** A PNG of an SVG, at twice its size. */
export async function rasterise(svg: string): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * image.width;
  canvas.height = 2 * image.height;
  canvas.getContext('2d')?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('no picture'))), 'image/png');
  });
}
