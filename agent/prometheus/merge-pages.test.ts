import { expect, test } from 'vitest';
import { mergePages } from './merge-pages.ts';

test('families of all pages, each once', () => {
  const first =
    '# TYPE a counter\na{x="1"} 1\n# HELP h a histogram\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n';
  const second = '# a comment\n# TYPE a counter\na{x="2"} 2\n\nwithout_type 3\n# TYPE b gauge\nb 4\n';
  expect(mergePages([first, second])).toBe(
    [
      '# TYPE a counter',
      'a{x="1"} 1',
      'a{x="2"} 2',
      '# HELP h a histogram',
      '# TYPE h histogram',
      'h_bucket{le="1"} 1',
      'h_sum 1',
      'h_count 1',
      'without_type 3',
      '# TYPE b gauge',
      'b 4',
      '',
    ].join('\n'),
  );
});

test('no pages', () => {
  expect(mergePages(['', '\n'])).toBe('');
});

test('a family with more samples than a call can have arguments, described by the second page only', () => {
  const page = `# TYPE a counter\n${Array.from({ length: 200_000 }, (_, index) => `a{x="${index}"} 1\n`).join('')}`;
  const lines = mergePages(['a{x="first"} 1\n', page]).split('\n');
  expect(lines.slice(0, 2)).toEqual(['# TYPE a counter', 'a{x="first"} 1']);
  expect(lines).toHaveLength(200_003);
});
