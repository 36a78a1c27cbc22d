import { expect, it } from 'vitest';
import { History } from '../src/model/history';

it('goes back and forward through changes', () => {
  const history = new History<number>();
  history.keep(1);
  history.keep(2);
  expect(history.undo(3)).toBe(2);
  expect(history.undo(2)).toBe(1);
  expect(history.undo(1)).toBeNull();
  expect(history.redo(1)).toBe(2);
  expect(history.redo(2)).toBe(3);
  expect(history.redo(3)).toBeNull();
  expect(history.undo(3)).toBe(2);
});

it('takes the changes of one gesture back together', () => {
  const history = new History<number>();
  const drag = {};
  history.keep(1, drag);
  history.keep(2, drag);
  history.keep(3, {});
  expect(history.undo(4)).toBe(3);
  expect(history.undo(3)).toBe(1);
  expect(history.canUndo).toBe(false);
});

it('takes two gestures back together that alternate', () => {
  const history = new History<number>();
  const [drag, run] = [{}, {}];
  history.keep(1, run);
  history.keep(2, drag);
  history.keep(3, run);
  history.keep(4, drag);
  expect(history.undo(5)).toBe(2);
  expect(history.undo(2)).toBe(1);
  history.keep(1, drag);
  history.keep(2);
  history.keep(3, drag);
  expect(history.undo(4)).toBe(3);
});

it('starts a gesture anew after an undo', () => {
  const history = new History<number>();
  const drag = {};
  history.keep(1, drag);
  history.undo(2);
  history.keep(1, drag);
  expect(history.canUndo).toBe(true);
});

it('forgets what was undone once something else is done', () => {
  const history = new History<number>();
  history.keep(1);
  history.undo(2);
  history.keep(1);
  expect(history.canRedo).toBe(false);
});

it('keeps the last 200 changes', () => {
  const history = new History<number>();
  for (let i = 0; i < 1000; ++i) history.keep(i);
  let count = 0;
  let value = 1000;
  while (history.canUndo) {
    expect(history.undo(value)).toBe(value - 1);
    value -= 1;
    count += 1;
  }
  expect(count).toBe(200);
});
