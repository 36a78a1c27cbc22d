import { type SVGTemplateResult, svg } from 'lit';
import type { Scale } from '../model/scales';
import { typesetSvg } from './typeset';

export interface Frame {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

interface Axis {
  scale: Scale;
  ticks: number[];
  label: string;
  format?: (value: number) => string;
}

export function frame({ left, top, right, bottom }: Frame): SVGTemplateResult {
  return svg`<rect class="frame" x=${left} y=${top} width=${right - left} height=${bottom - top} />`;
}

/** Ticks, numbers and label under the frame. */
export function bottomAxis(area: Frame, { scale, ticks, label, format = String }: Axis) {
  const y = area.bottom;
  return svg`
    ${ticks.map((tick) => {
      const x = scale.toPixel(tick);
      return svg`<line class="tick" x1=${x} x2=${x} y1=${y} y2=${y + 4} />
        <text x=${x} y=${y + 17} text-anchor="middle">${format(tick)}</text>`;
    })}
    <text class="axis" x=${(area.left + area.right) / 2} y=${y + 35} text-anchor="middle"
      >${typesetSvg(label)}</text>`;
}

/** Ticks and numbers left of the frame, the label above it. */
export function leftAxis(area: Frame, { scale, ticks, label, format = String }: Axis) {
  const x = area.left;
  return svg`
    ${ticks.map((tick) => {
      const y = scale.toPixel(tick);
      return svg`<line class="grid" x1=${x} x2=${area.right} y1=${y} y2=${y} />
        <text x=${x - 6} y=${y + 4} text-anchor="end">${format(tick)}</text>`;
    })}
    <text class="axis" x=${x} y=${area.top - 8}>${typesetSvg(label)}</text>`;
}

/** An SVG path through points; null breaks it. */
export function pathThrough(points: ({ x: number; y: number } | null)[]): string {
  let pen = 'M';
  let path = '';
  for (const point of points) {
    if (point) path += `${pen}${point.x.toFixed(1)} ${point.y.toFixed(1)}`;
    pen = point ? 'L' : 'M';
  }
  return path;
}
