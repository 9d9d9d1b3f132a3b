// What differs between two texts, line by line. Pure.

export interface DiffLine {
  change: 'same' | 'gone' | 'new';
  text: string;
}

/** Beyond this many pairs of lines the whole is shown as replaced: a text of rules is far smaller. */
const mostPairs = 4_000_000;

/** The lines of both texts in order; the longest common part counts as the same. */
export function lineDiff(before: string, after: string): DiffLine[] {
  const [a, b] = [before, after].map((text) => text.replace(/\n$/, '').split('\n'));
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  const [left, right] = [a.slice(start, a.length - end), b.slice(start, b.length - end)];
  const line = (change: DiffLine['change']) => (text: string): DiffLine => ({change, text});
  return [...a.slice(0, start).map(line('same')), ...middle(left, right), ...a.slice(a.length - end).map(line('same'))];
}

function middle(left: string[], right: string[]): DiffLine[] {
  if (left.length * right.length > mostPairs)
    return [...left.map((text): DiffLine => ({change: 'gone', text})), ...right.map((text): DiffLine => ({change: 'new', text}))];
  // How many lines the rests from (i, j) on have in common.
  const width = right.length + 1;
  const common = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; --i)
    for (let j = right.length - 1; j >= 0; --j)
      common[i * width + j] = left[i] === right[j] ? common[(i + 1) * width + j + 1] + 1
        : Math.max(common[(i + 1) * width + j], common[i * width + j + 1]);
  const lines: DiffLine[] = [];
  let i = 0, j = 0;
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) {
      lines.push({change: 'same', text: left[i++]});
      j++;
    } else if (j >= right.length || (i < left.length && common[(i + 1) * width + j] >= common[i * width + j + 1])) lines.push({change: 'gone', text: left[i++]});
    else lines.push({change: 'new', text: right[j++]});
  }
  return lines;
}
