// The second step of signing in: a code, and, where the role asks for it, setting the factor up.

import {useEffect, useState} from 'preact/hooks';
import {ApiError, request} from '../api.ts';
import {texts} from '../i18n.ts';
import {verify, type SecondStep} from '../session.ts';

export interface Enrolment {
  secret: string;
  uri: string;
  qrCode: string;
}

export function EnrolmentCode({enrolment}: {enrolment: Enrolment}) {
  const t = texts.value.accounts;
  return (
    <>
      <img class="qr" src={`data:image/svg+xml,${encodeURIComponent(enrolment.qrCode)}`} alt={t.qr} width="200" height="200" />
      <p><small>{t.key}</small><br /><code>{enrolment.secret}</code></p>
    </>
  );
}

export function RecoveryCodes({codes}: {codes: string[]}) {
  const t = texts.value.accounts;
  return (
    <>
      <h2>{t.recovery}</h2>
      <p>{t.recoveryHint}</p>
      <ul class="codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
    </>
  );
}

export function SecondStepForm({step}: {step: SecondStep}) {
  const t = texts.value.accounts;
  const [problem, setProblem] = useState('');
  const [enrolment, setEnrolment] = useState<Enrolment | null>(null);
  const [passed, setPassed] = useState<{codes: string[]; proceed: () => void} | null>(null);
  const report = (error: unknown) => setProblem(error instanceof ApiError ? error.message : texts.value.failed);

  useEffect(() => {
    if (step.isSetUp) request<Enrolment>('POST', '/api/auth/2fa/setup', {challenge: step.challenge}).then(setEnrolment, report);
  }, [step]);

  async function submit(event: Event) {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    setProblem('');
    try {
      const result = await verify(step.challenge, String(form.get('otp')), form.has('trust'));
      if (result.codes.length === 0) result.proceed();
      else setPassed(result);
    } catch (error) {
      report(error);
    }
  }

  if (passed)
    return (
      <section class="card">
        <RecoveryCodes codes={passed.codes} />
        <button type="button" class="primary" onClick={passed.proceed}>{t.proceed}</button>
      </section>
    );
  return (
    <form class="card" onSubmit={submit}>
      <h1>{t.secondFactor}</h1>
      {step.isSetUp && <p>{t.mustSetUp}</p>}
      {enrolment && <EnrolmentCode enrolment={enrolment} />}
      <label>
        {t.code}
        <input name="otp" inputMode="numeric" autocomplete="one-time-code" required maxLength={20} autofocus />
      </label>
      {!step.isSetUp && <small>{t.codeHint}</small>}
      <label class="check"><input type="checkbox" name="trust" /> {t.trust}</label>
      {problem && <p class="problem" role="alert">{problem}</p>}
      <button class="primary" type="submit">{t.verify}</button>
    </form>
  );
}
