// Under Node.js; prints the report of compare.js as JSON.
import * as backend from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { loadEngine } from '../dist/index.js';
import { compare } from './compare.js';

console.log(JSON.stringify(await compare(await loadEngine(), tf, backend)));
