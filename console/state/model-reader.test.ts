import { beforeEach, expect, it } from 'vitest';
import type { ReadModel } from '../api/resources.ts';
import type { MeshModel, Resource, ResourceId } from '../model/resources.ts';
import { meshOf, resource } from '../testing/example-mesh.ts';
import { createModelReader, type ModelReader } from './model-reader.ts';

// A control plane whose answers wait until the test lets them go: each was made when it was asked for.

type Request = { readonly what: string; readonly answer: () => void; readonly refuse: () => void };

let revision: number;
let there: Map<string, Resource>;
let requests: Request[];
let shown: MeshModel | undefined;
let failures: unknown[];
let reader: ModelReader;

beforeEach(() => {
  revision = 1;
  there = new Map();
  requests = [];
  shown = undefined;
  failures = [];
  change('a', 1);
  reader = createModelReader({
    readMesh: (tag) => {
      const current = `tag-${revision}`;
      const read: ReadModel = { model: meshOf(...there.values()), tag: current, revision };
      return asked(`all ${tag}`.trim(), tag === current ? 'unchanged' : read);
    },
    readResource: ({ name }) => asked(name, there.get(name)),
    shown: () => shown,
    show: (model) => {
      shown = model;
    },
    fail: (error) => failures.push(error),
  });
});

function change(name: string, version: number): void {
  revision += 1;
  there.set(name, { ...node(name), version });
}

function node(name: string): Resource {
  return resource('virtualNode', name, {});
}

function asked<T>(what: string, answer: T): Promise<T> {
  return new Promise((resolve, reject) => {
    requests.push({ what, answer: () => resolve(answer), refuse: () => reject(new Error(what)) });
  });
}

/** Lets all answers go, also those to the questions that follow. Returns the questions. */
async function answerAll(): Promise<string[]> {
  const questions: string[] = [];
  await new Promise(setImmediate);
  for (let request = requests.shift(); request !== undefined; request = requests.shift()) {
    questions.push(request.what);
    request.answer();
    await new Promise(setImmediate);
  }
  return questions;
}

const versions = () =>
  Object.fromEntries((shown?.resources ?? []).map(({ name, version }) => [name, version]));
const ids = (...names: readonly string[]): ResourceId[] =>
  names.map((name) => ({ kind: 'virtualNode', parent: '', name }));

it('reads all once, also if it is asked twice at the start', async () => {
  void reader.readAll();
  void reader.atLeast(revision);
  expect(await answerAll()).toEqual(['all']);
  expect(versions()).toEqual({ a: 1 });
});

it('reads only what changed', async () => {
  void reader.readAll();
  await answerAll();
  change('a', 2);
  void reader.changed(ids('a'), revision);
  expect(await answerAll()).toEqual(['a']);
  expect(versions()).toEqual({ a: 2 });
  there.delete('a');
  void reader.changed(ids('a'), revision);
  await answerAll();
  expect(versions()).toEqual({});
});

it('shows nothing again if the page has the change already', async () => {
  void reader.readAll();
  await answerAll();
  change('a', 2);
  const own = meshOf(...there.values());
  shown = own;
  void reader.changed(ids('a'), revision);
  expect(await answerAll()).toEqual(['a']);
  expect(shown).toBe(own);
});

it('a change while all is read does not get lost, although the answer is from before the change', async () => {
  void reader.readAll();
  change('a', 2);
  void reader.changed(ids('a'), revision);
  await answerAll();
  expect(versions()).toEqual({ a: 2 });
});

it('a change between the answer and the begin of the events is read, although a later change was named', async () => {
  void reader.readAll();
  change('a', 2);
  void reader.atLeast(revision);
  change('b', 1);
  void reader.changed(ids('b'), revision);
  await answerAll();
  expect(versions()).toEqual({ a: 2, b: 1 });
});

it('asks whether anything changed when events were missed, and reads nothing if nothing did', async () => {
  void reader.readAll();
  await answerAll();
  void reader.atLeast(revision + 5);
  expect(await answerAll()).toEqual([`all tag-${revision}`]);
  void reader.atLeast(revision + 5);
  expect(await answerAll()).toEqual([]);
});

it('goes on to read changes after it was told of a revision that it had', async () => {
  void reader.readAll();
  await answerAll();
  await reader.atLeast(revision);
  change('a', 2);
  void reader.changed(ids('a'), revision);
  expect(await answerAll()).toEqual(['a']);
  expect(versions()).toEqual({ a: 2 });
});

it('reads all in place of many', async () => {
  void reader.readAll();
  await answerAll();
  const names = Array.from({ length: 20 }, (_, index) => `n${index}`);
  for (const name of names) change(name, 1);
  void reader.changed(ids(...names), revision);
  expect(await answerAll()).toHaveLength(1);
  expect(Object.keys(versions())).toHaveLength(21);
});

it('after an error, the next call makes up for the change that could not be read', async () => {
  void reader.readAll();
  await answerAll();
  change('a', 2);
  const failed = reader.changed(ids('a'), revision);
  await new Promise(setImmediate);
  requests.shift()?.refuse();
  await failed;
  expect(failures).toHaveLength(1);
  void reader.changed(ids('b'), revision);
  await answerAll();
  expect(versions()).toEqual({ a: 2 });
});
