/** Charts as one self-contained SVG: no style sheet, no script, no font but the reader's. */
import { type Chart, type Level, type Ruler, rulersOf, type Series, type Tick } from './chart';
import { symbolParts } from './symbols';

/** How the picture looks. */
export interface Look {
  /** What is said of it. */
  title: string;
  /** Resolves a custom property such as --ink. */
  colourOf(property: string): string;
  /** Charts beside each other. */
  columns: number;
}

const [panelWidth, panelHeight] = [340, 230];
const frame = { left: 52, top: 26, right: panelWidth - 20, bottom: panelHeight - 42 };
const legendRow = 20;

/** Room for the numbers beside and under the frame of a chart on the page. */
export const axisSizes = { bottom: 24, left: 44 };

export const paleOpacity = 0.35;

/** In pixels; smaller where there are many. */
export function dotRadius({ x }: Pick<Series, 'x'>): number {
  return x.length > 30 ? 2.2 : 3.2;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** With σ_w² and σ_b² as they are written by hand. */
function typeset(text: string): string {
  return symbolParts(text)
    .map((part, i) =>
      i % 2 === 1
        ? `σ<tspan dy="3" font-size="75%">${part}</tspan><tspan dy="-3">²</tspan>`
        : escaped(part),
    )
    .join('');
}

function element(name: string, attributes: Record<string, string | number>, content = ''): string {
  const list = Object.entries(attributes).map(([key, value]) => {
    const text = typeof value === 'number' ? String(Number(value.toFixed(2))) : escaped(value);
    return ` ${key}="${text}"`;
  });
  return `<${name}${list.join('')}>${content}</${name}>`;
}

interface Plot {
  chart: Chart;
  look: Look;
  toX(value: number | null): number | null;
  toY(value: number | null): number | null;
}

function pixels(ruler: Ruler, from: number, to: number) {
  const slope = (to - from) / (ruler.high - ruler.low);
  return (place: number) => from + (place - ruler.low) * slope;
}

function strokeOf(look: Look, series: Series): Record<string, string | number> {
  return {
    fill: 'none',
    stroke: look.colourOf(series.colour),
    'stroke-width': series.width ?? 2,
    'stroke-linejoin': 'round',
    ...(series.dash ? { 'stroke-dasharray': series.dash.join(' ') } : {}),
  };
}

/** Through all points that have a place; the others break it. */
function pathOf({ toX, toY }: Plot, { x, y }: Series): string {
  let pen = 'M';
  let path = '';
  x.forEach((value, i) => {
    const [left, top] = [toX(value), toY(y[i] ?? null)];
    const placed = left !== null && top !== null;
    if (placed) path += `${pen}${left.toFixed(1)} ${top.toFixed(1)}`;
    pen = placed ? 'L' : 'M';
  });
  return path;
}

function curve(plot: Plot, series: Series): string {
  const { look, toX, toY } = plot;
  if (series.kind === 'line') {
    return element('path', { ...strokeOf(look, series), d: pathOf(plot, series) });
  }
  const dots = series.x.map((value, i) => {
    const [cx, cy] = [toX(value), toY(series.y[i] ?? null)];
    return cx === null || cy === null ? '' : element('circle', { cx, cy, r: dotRadius(series) });
  });
  const opacity = series.pale ? paleOpacity : 1;
  return element('g', { fill: look.colourOf(series.colour), opacity }, dots.join(''));
}

function axes({ chart, look }: Plot, x: Ruler, y: Ruler): string {
  const { left, right, top, bottom } = frame;
  const [toX, toY] = [pixels(x, left, right), pixels(y, bottom, top)];
  const rule = look.colourOf('--rule');
  const soft = { fill: look.colourOf('--ink-soft') };
  const ink = { fill: look.colourOf('--ink') };
  const underTick = ({ at, text }: Tick) =>
    element('line', { x1: toX(at), x2: toX(at), y1: bottom, y2: bottom + 4, stroke: rule }) +
    element(
      'text',
      { x: toX(at), y: bottom + 17, 'text-anchor': 'middle', ...soft },
      escaped(text),
    );
  const sideTick = ({ at, text }: Tick) =>
    element('line', { x1: left, x2: right, y1: toY(at), y2: toY(at), stroke: rule, opacity: 0.5 }) +
    element('text', { x: left - 6, y: toY(at) + 4, 'text-anchor': 'end', ...soft }, escaped(text));
  return [
    element('rect', {
      ...{ x: left, y: top, width: right - left, height: bottom - top },
      fill: look.colourOf('--plot'),
      stroke: rule,
    }),
    ...y.ticks.map(sideTick),
    ...x.ticks.map(underTick),
    element('text', { x: left, y: top - 8, 'font-size': 13, ...ink }, typeset(chart.y.label)),
    element(
      'text',
      { x: (left + right) / 2, y: bottom + 35, 'text-anchor': 'middle', 'font-size': 13, ...ink },
      typeset(chart.x.label),
    ),
  ].join('');
}

function levels({ chart, look, toY }: Plot): string {
  return chart.levels
    .map((level) => {
      const { name, at, colour, dash, side } = level;
      const y = toY(at);
      if (y === null || y < frame.top - 0.5 || y > frame.bottom + 0.5) return '';
      const [x, anchor] = side === 'left' ? [frame.left + 4, 'start'] : [frame.right - 4, 'end'];
      const paint = look.colourOf(colour);
      const line = { x1: frame.left, x2: frame.right, y1: y, y2: y, stroke: paint };
      return (
        element('line', { ...line, 'stroke-dasharray': dash.join(' ') }) +
        element(
          'text',
          {
            x,
            y: labelHeight(level, y, frame.top),
            'font-size': 11,
            'text-anchor': anchor,
            fill: paint,
          },
          escaped(name),
        )
      );
    })
    .join('');
}

/** Base line of the name of a level at height y: above it, or below where it shall be, or where it
 * would get into the name of the axis. */
export function labelHeight({ side, below = false }: Level, y: number, top: number): number {
  return below || (side === 'left' && y - top < 16) ? y + 13 : y - 5;
}

function panel(chart: Chart, look: Look, index: number): string {
  const { x, y } = rulersOf(chart, { x: 5, y: 5 });
  const { left, right, top, bottom } = frame;
  const on = (ruler: Ruler, toPixel: (place: number) => number) => (value: number | null) => {
    const place = ruler.place(value);
    return place === null ? null : toPixel(place);
  };
  const plot: Plot = {
    chart,
    look,
    toX: on(x, pixels(x, left, right)),
    toY: on(y, pixels(y, bottom, top)),
  };
  const id = `plot-${index}`;
  const area = { x: left - 4, y: top - 4, width: right - left + 8, height: bottom - top + 8 };
  return [
    element('clipPath', { id }, element('rect', area)),
    axes(plot, x, y),
    levels(plot),
    element(
      'g',
      { 'clip-path': `url(#${id})` },
      chart.series.map((series) => curve(plot, series)).join(''),
    ),
  ].join('');
}

/** Every name once, with how its curve is drawn. */
export function legendOf(charts: readonly Chart[]): Series[] {
  const byName = new Map<string, Series>();
  for (const series of charts.flatMap((chart) => chart.series)) {
    if (!byName.has(series.name)) byName.set(series.name, series);
  }
  return [...byName.values()];
}

function legendEntry(series: Series, look: Look, y: number): string {
  const [x1, x2] = [frame.left, frame.left + 26];
  const key =
    series.kind === 'line'
      ? element('line', { x1, x2, y1: y - 4, y2: y - 4, ...strokeOf(look, series) })
      : element('circle', {
          ...{ cx: (x1 + x2) / 2, cy: y - 4, r: dotRadius(series) },
          fill: look.colourOf(series.colour),
        });
  const text = { x: x2 + 8, y, fill: look.colourOf('--ink') };
  return key + element('text', text, typeset(series.name));
}

/** All charts of a figure, in rows, and one legend under them. */
export function chartsSvg(charts: readonly Chart[], look: Look): string {
  const columns = Math.min(look.columns, charts.length);
  const legend = legendOf(charts);
  const plots = Math.ceil(charts.length / columns) * panelHeight;
  const [width, height] = [columns * panelWidth, plots + legend.length * legendRow + 10];
  const panels = charts.map((chart, i) => {
    const [x, y] = [(i % columns) * panelWidth, Math.floor(i / columns) * panelHeight];
    return element('g', { transform: `translate(${x} ${y})` }, panel(chart, look, i));
  });
  const entries = legend.map((series, i) => legendEntry(series, look, plots + 14 + i * legendRow));
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      ...{ width, height, viewBox: `0 0 ${width} ${height}` },
      'font-family': 'system-ui, sans-serif',
      'font-size': 12,
    },
    element('title', {}, escaped(look.title)) +
      element('rect', { width: '100%', height: '100%', fill: look.colourOf('--page') }) +
      panels.join('') +
      entries.join(''),
  );
}
