/** Charts drawn by uPlot, which sees values as they are placed on the axes: its scales are linear. */
import uPlot from 'uplot';
import { type Chart, type Ruler, rulersOf, type Series, stopsOf } from '../model/chart';
import { axisSizes, dotRadius, labelHeight, paleOpacity } from '../model/chart-svg';

/** What a chart needs of the page around it. */
export interface Paper {
  width: number;
  height: number;
  colourOf(property: string): string;
  font: string;
}

const ticksOnY = 5;
const pixelsPerTick = 62;

/** The frame of a chart with a description of its own data only. */
interface Placed {
  chart: Chart;
  rulers: { x: Ruler; y: Ruler };
}

function placedOn(chart: Chart, width: number): Placed {
  const room = Math.max(2, Math.floor((width - axisSizes.left) / pixelsPerTick));
  return { chart, rulers: rulersOf(chart, { x: Math.min(6, room), y: ticksOnY }) };
}

/** Values at all stops; undefined: the series has no entry there, null: a gap. */
function alignedData({ chart, rulers }: Placed): uPlot.AlignedData {
  const stops = stopsOf(chart);
  const columns = chart.series.map(({ x, y }) => {
    const at = new Map(x.map((value, i) => [value, rulers.y.place(y[i] ?? null)]));
    return stops.map((stop) => at.get(stop));
  });
  return [stops.map((stop) => rulers.x.place(stop) ?? 0), ...columns];
}

const alphaOf = ({ pale }: Series) => (pale ? paleOpacity : 1);

function seriesOptions(series: Series, { colourOf }: Paper): uPlot.Series {
  const stroke = colourOf(series.colour);
  const alpha = alphaOf(series);
  if (series.kind === 'dots') {
    const points = { show: true, size: 2 * dotRadius(series), fill: stroke, width: 0 };
    return { paths: () => null, stroke, points, alpha };
  }
  return {
    stroke,
    width: series.width ?? 2,
    pxAlign: 0,
    ...(series.dash ? { dash: [...series.dash] } : {}),
    points: { show: false },
    alpha,
  };
}

/** All that uPlot cannot change without being made anew. */
function looksOf({ series, x, y, levels }: Chart): string {
  const looks = series.map(({ x, y: _, pale: _pale, ...rest }) => [rest, dotRadius({ x })]);
  return JSON.stringify([looks, x.label, y.label, levels.map(({ at: _at, ...rest }) => rest)]);
}

/** One drawing, kept while only numbers change. */
export class Plot {
  private readonly plot: uPlot;
  private placed: Placed;
  private readonly looks: string;

  constructor(
    chart: Chart,
    private readonly paper: Paper,
    target: HTMLElement,
  ) {
    this.placed = placedOn(chart, paper.width);
    this.looks = looksOf(chart);
    this.plot = new uPlot(this.options(), alignedData(this.placed), target);
  }

  /** Shows other numbers; false where a new plot is needed for them. */
  show(chart: Chart): boolean {
    if (looksOf(chart) !== this.looks) return false;
    this.placed = placedOn(chart, this.plot.width);
    chart.series.forEach((series, i) => {
      (this.plot.series[i + 1] as uPlot.Series).alpha = alphaOf(series);
    });
    this.plot.setData(alignedData(this.placed));
    return true;
  }

  set width(width: number) {
    if (width === this.plot.width) return;
    this.placed = placedOn(this.placed.chart, width);
    this.plot.setSize({ width, height: this.paper.height });
  }

  /** What is told to those who do not see it. */
  set label(text: string) {
    const canvas = this.plot.root.querySelector('canvas');
    canvas?.setAttribute('role', 'img');
    canvas?.setAttribute('aria-label', text);
  }

  /** The stop nearest to a place on the screen, or null. */
  stopNear(clientX: number): number | null {
    const left = clientX - this.plot.over.getBoundingClientRect().left;
    return stopsOf(this.placed.chart)[this.plot.posToIdx(left)] ?? null;
  }

  /** Puts the cursor on a stop, or takes it away. */
  pointAt(stop: number | null): void {
    const place = this.placed.rulers.x.place(stop);
    const left = place === null ? -10 : this.plot.valToPos(place, 'x');
    this.plot.setCursor({ left, top: place === null ? -10 : 1 });
  }

  end(): void {
    this.plot.destroy();
  }

  private options(): uPlot.Options {
    const { width, height } = this.paper;
    const { chart } = this.placed;
    const silent = () => null; // the element around it listens
    return {
      width,
      height,
      padding: [14, 16, 0, 0],
      legend: { show: false },
      scales: { x: this.scale('x'), y: this.scale('y') },
      axes: [
        { ...this.axis('x'), size: axisSizes.bottom },
        { ...this.axis('y'), size: axisSizes.left },
      ],
      series: [{}, ...chart.series.map((series) => seriesOptions(series, this.paper))],
      cursor: {
        y: false,
        drag: { x: false, y: false, setScale: false },
        points: { size: 9, width: 2 },
        bind: {
          mousedown: silent,
          mouseup: silent,
          click: silent,
          dblclick: silent,
          mousemove: silent,
          mouseleave: silent,
          mouseenter: silent,
        },
      },
      hooks: { drawClear: [this.drawFrame], drawAxes: [this.drawLevels] },
    };
  }

  private scale(axis: 'x' | 'y'): uPlot.Scale {
    return {
      time: false,
      range: () => [this.placed.rulers[axis].low, this.placed.rulers[axis].high],
    };
  }

  private axis(axis: 'x' | 'y'): uPlot.Axis {
    const { colourOf, font } = this.paper;
    const marks = () => this.placed.rulers[axis].ticks;
    return {
      stroke: colourOf('--ink-soft'),
      font: `12px ${font}`,
      gap: 4,
      grid: { show: axis === 'y', stroke: colourOf('--rule'), width: 0.6 },
      ticks: { show: axis === 'x', stroke: colourOf('--rule'), width: 1, size: 4 },
      splits: () => marks().map(({ at }) => at),
      values: () => marks().map(({ text }) => text),
    };
  }

  private readonly drawFrame = ({ ctx, bbox }: uPlot): void => {
    const { left, top, width, height } = bbox;
    ctx.save();
    ctx.setLineDash([]);
    ctx.fillStyle = this.paper.colourOf('--plot');
    ctx.fillRect(left, top, width, height);
    ctx.strokeStyle = this.paper.colourOf('--rule');
    ctx.lineWidth = uPlot.pxRatio;
    ctx.strokeRect(left, top, width, height);
    ctx.restore();
  };

  private readonly drawLevels = (plot: uPlot): void => {
    const { ctx, bbox } = plot;
    const ratio = uPlot.pxRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px ${this.paper.font}`;
    for (const level of this.placed.chart.levels) {
      const { name, at, colour, dash, side } = level;
      const place = this.placed.rulers.y.place(at);
      const y = place === null ? Number.NaN : plot.valToPos(place, 'y', true);
      if (!(y > bbox.top - ratio && y < bbox.top + bbox.height + ratio)) continue;
      ctx.strokeStyle = this.paper.colourOf(colour);
      ctx.fillStyle = ctx.strokeStyle;
      ctx.lineWidth = 1.2 * ratio;
      ctx.setLineDash(dash.map((length) => length * ratio));
      ctx.beginPath();
      ctx.moveTo(bbox.left, y);
      ctx.lineTo(bbox.left + bbox.width, y);
      ctx.stroke();
      ctx.textAlign = side;
      const x = side === 'left' ? bbox.left + 4 * ratio : bbox.left + bbox.width - 4 * ratio;
      ctx.fillText(name, x, ratio * labelHeight(level, y / ratio, bbox.top / ratio));
    }
    ctx.restore();
  };
}
