import { expect, test } from 'vitest';
import { connectionLimits, withinOpenFiles } from './limits.ts';

const WANTED = { ads: { all: 20_000, strangers: 5000 }, api: { all: 1000, strangers: 250 } };

test.each([
  ['20000:5000', { all: 20_000, strangers: 5000 }],
  ['400', { all: 400, strangers: 400 }],
  ['1', { all: 1, strangers: 1 }],
  ['10:10', { all: 10, strangers: 10 }],
])('%s', (text, value) => {
  expect(connectionLimits(text)).toEqual({ value });
});

test.each(['0', '10:11', '10:0', '-1', '10:', ':5', '1000001', 'many', '1.5'])('%s is refused', (text) => {
  expect(connectionLimits(text)).toEqual({ wanted: expect.stringContaining('NUMBER:STRANGERS') as string });
});

test('the limits stay if there are enough file descriptors, or their limit is unknown', () => {
  expect(withinOpenFiles(WANTED, undefined)).toEqual(WANTED);
  expect(withinOpenFiles(WANTED, 524_288)).toEqual(WANTED);
  expect(withinOpenFiles(WANTED, 22_000)).toEqual(WANTED);
});

test.each([
  [16, 8],
  [256, 128],
  [300, 128],
  [1024, 128],
  [16_384, 128],
])('of %i file descriptors %i are reserved, and the API gets up to a fifth of the others', (files, reserve) => {
  const { ads, api } = withinOpenFiles(WANTED, files);
  expect(ads.all + api.all).toBe(files - reserve);
  expect(api.all).toBe(Math.min(1000, Math.floor((files - reserve) / 5)));
  for (const { all, strangers } of [ads, api]) {
    expect(strangers).toBe(Math.max(1, Math.floor(all / 4)));
  }
});

test('the API may use the file descriptors that ADS does not need', () => {
  const wanted = { ...WANTED, ads: { all: 50, strangers: 10 } };
  expect(withinOpenFiles(wanted, 300)).toEqual({
    ads: { all: 50, strangers: 10 },
    api: { all: 122, strangers: 30 },
  });
});
