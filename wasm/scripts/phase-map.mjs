// Milliseconds of processor time that a phase map of 256 x 256 points takes under Node.js, as JSON:
// the map of engine/bench/igb_bench.cpp, through the binding.
import { loadEngine } from '../dist/index.js';

const engine = await loadEngine();
const side = 256;
const repetitions = 5;

const axis = (low, high) =>
  Float64Array.from({ length: side }, (_, i) => low + ((high - low) * (i + 0.5)) / side);
const sigmaB2 = axis(0, 0.5);
const sigmaW2 = axis(0.5, 4);

function milliseconds() {
  const before = process.cpuUsage();
  const map = engine.phaseMap({ activation: 'tanh' });
  for (const b of sigmaB2) map.row(b, sigmaW2);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

milliseconds(); // until then the code is not compiled to the end
const times = Array.from({ length: repetitions }, milliseconds).sort((a, b) => a - b);
console.log(JSON.stringify({ time: times[repetitions >> 1] }));
