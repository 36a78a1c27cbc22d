import type { Lesson } from '../engine/protocol';
import { type DataName, planarNames } from './params';
import type { Sample, SampleSet } from './sample';

/** Initialisations of a race, as multiples of the edge of chaos: those of the paper's figure. */
const multiplesOfEdge = [0.8, 1, 1.25, 2.5];

export function raceOf(edge: number): number[] {
  return multiplesOfEdge.map((multiple) => multiple * edge);
}

/** What can be learnt: points of the plane where there are no images. */
export function dataAtHand(data: DataName, sample: Sample | 'missing' | null): DataName {
  return sample === 'missing' && data === 'fashion-mnist' ? planarNames[0] : data;
}

/** The small images, standardised by the pixels of the training set; class 1 where the label is
 * odd. */
export function lessonsOf({ train, test }: Sample): { train: Lesson; test: Lesson } {
  let sum = 0;
  let squares = 0;
  for (const pixel of train.small) {
    sum += pixel;
    squares += pixel * pixel;
  }
  const mean = sum / train.small.length;
  const deviation = Math.sqrt(squares / train.small.length - mean * mean);
  const lesson = (set: SampleSet): Lesson => ({
    inputs: Float32Array.from(set.small, (pixel) => (pixel - mean) / deviation),
    labels: Uint16Array.from(set.labels, (label) => label % 2),
  });
  return { train: lesson(train), test: lesson(test) };
}
