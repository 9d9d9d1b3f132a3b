import {language, setLanguage, texts, type Language} from '../i18n.ts';
import {Choice} from '../parts/choice.tsx';
import {useTitle} from '../parts/title.ts';
import {isAdministrator, signOut, user} from '../session.ts';
import {chooseTheme, theme, type Theme} from '../theme.ts';

export function Settings() {
  const t = texts.value;
  const who = user.value;
  useTitle(t.settings);
  return (
    <>
      <h1>{t.settings}</h1>
      <section class="card options">
        <div>
          <span>{t.theme}</span>
          <Choice<Theme>
            label={t.theme} value={theme.value} onChoose={chooseTheme}
            options={[['system', t.themeSystem], ['light', t.themeLight], ['dark', t.themeDark]]}
          />
        </div>
        <div>
          <span>{t.language}</span>
          <Choice<Language>
            label={t.language} value={language.value} onChoose={setLanguage}
            options={[['fr', 'Français'], ['en', 'English']]}
          />
        </div>
      </section>
      <section class="card options">
        <h2>{t.account}</h2>
        <div>
          {who && (
            <span>
              <strong>{who.name}</strong><br />
              <small>{who.email} · {t.roles[who.role] ?? who.role}</small>
            </span>
          )}
          <button type="button" class="secondary" onClick={signOut}>{t.signOut}</button>
        </div>
        <div>
          <a href="/account">{t.accounts.secondFactor} · {t.accounts.sessions} · {t.accounts.tokens}</a>
        </div>
        {isAdministrator.value && (
          <div>
            <a href="/people">{t.accounts.people} · {t.accounts.grants} · {t.accounts.audit}</a>
          </div>
        )}
      </section>
    </>
  );
}
