import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {language, setLanguage, texts} from '../i18n.ts';
import {useTitle} from '../parts/title.ts';
import {
  finishAtProvider, leaveForProvider, signIn, signUp, type IdentityProvider, type SecondStep,
} from '../session.ts';
import {SecondStepForm} from './second_step.tsx';

export function SignIn({returned}: {returned: Record<string, string> | null}) {
  const t = texts.value;
  useTitle('');
  const [registering, setRegistering] = useState(false);
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const [visible, setVisible] = useState(false);
  const [step, setStep] = useState<SecondStep | null>(null);
  const [provider, setProvider] = useState<IdentityProvider | null>(null);
  const report = (error: unknown) => setProblem(error instanceof ApiError ? error.message : t.failed);

  useEffect(() => {
    request<IdentityProvider>('GET', '/api/auth/oidc').then(setProvider, () => undefined);
    if (!returned) return;
    if (returned.code) finishAtProvider(returned).then(setStep, report);
    else setProblem(t.accounts.providerRefused);
  }, []);

  async function submit(event: Event) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const field = (name: string) => String(form.get(name) ?? '');
    setBusy(true);
    setProblem('');
    try {
      if (registering) await signUp(field('name'), field('email'), field('password'));
      else setStep(await signIn(field('email'), field('password')));
    } catch (error) {
      report(error);
    } finally {
      setBusy(false);
    }
  }

  if (step) return <main class="door"><SecondStepForm step={step} /></main>;
  return (
    <main class="door">
      <form class="card" onSubmit={submit}>
        <img src="/icon.svg" alt="" width="56" height="56" />
        <h1>{registering ? t.signUp : t.welcome}</h1>
        {registering && (
          <label>
            {t.name}
            <input name="name" autocomplete="name" required maxLength={200} />
          </label>
        )}
        <label>
          {t.email}
          <input name="email" type="email" autocomplete="username" required maxLength={254} />
        </label>
        <div class="password">
          <label>
            {t.password}
            <input
              name="password" type={visible ? 'text' : 'password'} required minLength={registering ? 6 : 1} maxLength={200}
              autocomplete={registering ? 'new-password' : 'current-password'}
            />
          </label>
          <button type="button" class="plain" onClick={() => setVisible(!visible)}>
            {visible ? t.hidePassword : t.showPassword}
          </button>
          {registering && <small>{t.passwordRule}</small>}
        </div>
        {problem && <p class="problem" role="alert">{problem}</p>}
        <button class="primary" type="submit" disabled={busy}>{registering ? t.signUp : t.signIn}</button>
        {provider?.configured && (
          <button type="button" class="secondary" onClick={() => { setProblem(''); leaveForProvider().catch(report); }}>
            {t.accounts.signInAt(provider.name)}
          </button>
        )}
        <p class="aside">
          {registering ? t.haveAccount : t.noAccount}{' '}
          <button type="button" class="plain" onClick={() => { setRegistering(!registering); setProblem(''); }}>
            {registering ? t.signIn : t.signUp}
          </button>
        </p>
      </form>
      <button
        type="button" class="plain" lang={language.value === 'fr' ? 'en' : 'fr'}
        onClick={() => { setLanguage(language.value === 'fr' ? 'en' : 'fr'); setProblem(''); }}
      >
        {language.value === 'fr' ? 'English' : 'Français'}
      </button>
    </main>
  );
}
