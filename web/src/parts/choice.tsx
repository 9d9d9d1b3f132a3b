/** A few values of which one holds, side by side. */
export function Choice<T extends string | number>({label, value, options, onChoose}: {
  label: string; value: T; options: [T, string][]; onChoose: (next: T) => void;
}) {
  return (
    <div class="choice" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button key={option} type="button" aria-pressed={value === option} onClick={() => onChoose(option)}>{text}</button>
      ))}
    </div>
  );
}
