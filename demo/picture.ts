const [WIDTH, LINE, CHARACTER, MARGIN] = [900, 19, 7.83, 20];
const FOREGROUND = '#d0d7de';
const COLORS: Readonly<Record<string, string>> = { white: '#f6f8fa', blue: '#58a6ff', red: '#f85149' };

/** Formats a screen as an SVG picture: light on dark, with the bars in their colors. */
export function svgOf(lines: readonly string[], title: string): string {
  const height = MARGIN * 2 + lines.length * LINE;
  const texts = lines.map((line, index) => textOf(line, MARGIN + (index + 0.75) * LINE));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" role="img" aria-label="${escaped(title)}">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="13">`,
    ...texts.filter((text) => text !== ''),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Formats one line of text; a line with a bar has the color of its first word. Spaces at its start become an offset. */
function textOf(line: string, y: number): string {
  const text = line.trimStart();
  if (text === '') return '';
  const x = MARGIN + (line.length - text.length) * CHARACTER;
  const fill = (text.includes('█') && COLORS[text.split(' ')[0] ?? '']) || FOREGROUND;
  const width = text.length * CHARACTER;
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" fill="${fill}" textLength="${width.toFixed(1)}">${escaped(text)}</text>`;
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('  ', '\u00a0\u00a0');
}
