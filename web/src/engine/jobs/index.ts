import type { Engine } from 'igb';
import type { Request, Result } from '../protocol';
import { ensemble } from './ensemble';
import { gradients } from './gradients';
import { images } from './images';
import { isoGamma } from './iso-gamma';
import { map, tiles } from './picture';
import { placement } from './placement';
import { race } from './race';
import type { holding, resting } from './steps';
import { lines, theory } from './theory';

/** A job in small steps. A step may bring a result; between steps the job can be dropped. */
export type Job = Generator<Result | null | typeof holding | typeof resting>;

export function startJob(engine: Engine, request: Request): Job {
  switch (request.kind) {
    case 'lines':
      return lines(engine, request);
    case 'isoGamma':
      return isoGamma(engine, request);
    case 'theory':
      return theory(engine, request);
    case 'map':
      return map(engine, request);
    case 'tiles':
      return tiles(engine, request);
    case 'ensemble':
      return ensemble(engine, request);
    case 'images':
      return images(engine, request);
    case 'placement':
      return placement(engine, request);
    case 'gradients':
      return gradients(engine, request);
    case 'race':
      return race(engine, request);
  }
}
