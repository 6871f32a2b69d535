/**
 * The form that asks for the six digits of an officer's app: to prove, and to finish setting it up.
 */
import { Button, Field, Form } from './kit/form.tsx'
import type { Visit, Wrong } from './page.ts'

/** @param action a path below /console @param next where to go afterwards */
export function DigitsForm({
  visit,
  action,
  next,
  label,
  wrong,
}: {
  visit: Visit
  action: string
  next: string
  label: string
  wrong?: Wrong | undefined
}) {
  const { t } = visit
  return (
    <Form visit={visit} action={action}>
      <input type="hidden" name="next" value={next} />
      <Field
        visit={visit}
        name="digits"
        label={t('console.digits')}
        hint={t('console.digits_hint')}
        inputmode="numeric"
        autocomplete="one-time-code"
        most={10}
        wrong={wrong}
        needed
      />
      <Button label={label} />
    </Form>
  )
}
