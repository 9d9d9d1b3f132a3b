import {signal} from '@preact/signals';
import {language, setLanguage, texts, type Language} from '../i18n.ts';
import {signOut, user} from '../session.ts';

type Theme = 'system' | 'light' | 'dark';
const stored = localStorage.getItem('theme');
const theme = signal<Theme>(stored === 'light' || stored === 'dark' ? stored : 'system');

export function applyTheme(): void {
  if (theme.value === 'system') document.documentElement.removeAttribute('data-theme');
  else document.documentElement.dataset.theme = theme.value;
}

function chooseTheme(next: Theme): void {
  theme.value = next;
  localStorage.setItem('theme', next);
  applyTheme();
}

function Choice<T extends string>({label, value, options, onChoose}: {
  label: string; value: T; options: [T, string][]; onChoose: (next: T) => void;
}) {
  return (
    <div class="choice">
      <span>{label}</span>
      <div class="spans" role="group" aria-label={label}>
        {options.map(([option, text]) => (
          <button key={option} type="button" aria-pressed={value === option} onClick={() => onChoose(option)}>{text}</button>
        ))}
      </div>
    </div>
  );
}

export function Settings() {
  const t = texts.value;
  return (
    <>
      <h1>{t.settings}</h1>
      <section class="card">
        <Choice<Theme>
          label={t.theme} value={theme.value} onChoose={chooseTheme}
          options={[['system', t.themeSystem], ['light', t.themeLight], ['dark', t.themeDark]]}
        />
        <Choice<Language>
          label={t.language} value={language.value} onChoose={setLanguage}
          options={[['fr', 'Français'], ['en', 'English']]}
        />
      </section>
      <section class="card">
        <h2>{t.account}</h2>
        <p>{user.value?.name} · {user.value?.email} · {user.value?.role}</p>
        <button type="button" class="secondary" onClick={signOut}>{t.signOut}</button>
      </section>
    </>
  );
}
