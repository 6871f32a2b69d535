/**
 * Forms that work without a script: a label for every field, the sentence of what is wrong beside it, what was typed
 * still in it. Every form carries what no other site knows (CSRF).
 */
import type { Child } from 'hono/jsx'
import type { Typed, Visit, Wrong } from '../page.ts'

type Says = Pick<Visit, 't' | 'say' | 'csrf'>

/** Posts to `action`, a path below /console. `files`: it carries a file. */
export function Form({
  visit,
  action,
  files,
  class: look,
  children,
}: {
  visit: Says
  action: string
  files?: boolean
  class?: string
  children?: Child
}) {
  return (
    <form method="post" action={`/console${action}`} class={look} {...(files ? { enctype: 'multipart/form-data' as const } : {})}>
      <input type="hidden" name="_csrf" value={visit.csrf} />
      {children}
    </form>
  )
}

type Common = {
  visit: Says
  name: string
  label: string
  hint?: string | undefined
  typed?: Typed | undefined
  wrong?: Wrong | undefined
  /** What stands in it before anything was typed. */
  value?: string | undefined
  needed?: boolean | undefined
  /** Where a page has several forms with a field of this name: which form, so that their ids differ. */
  within?: string | undefined
}

/** One line. `type`: as HTML knows it. */
export function Field(
  props: Common & { type?: string; most?: number; autocomplete?: string; inputmode?: 'numeric' | 'text' | 'search'; placeholder?: string },
) {
  const { name, type = 'text', most, autocomplete, inputmode, placeholder, needed } = props
  return (
    <Around {...props}>
      <input
        class={`form-control${props.wrong?.[name] ? ' is-invalid' : ''}`}
        id={idOf(props)}
        name={name}
        type={type}
        value={type === 'file' || type === 'password' ? undefined : typedIn(props)}
        maxlength={most}
        autocomplete={autocomplete ?? 'off'}
        inputmode={inputmode}
        placeholder={placeholder}
        required={needed}
        {...describedBy(props)}
      />
    </Around>
  )
}

/** Several lines. */
export function Area(props: Common & { rows?: number; most?: number }) {
  const { name, rows = 5, most, needed } = props
  return (
    <Around {...props}>
      <textarea
        class={`form-control${props.wrong?.[name] ? ' is-invalid' : ''}`}
        id={idOf(props)}
        name={name}
        rows={rows}
        maxlength={most}
        required={needed}
        {...describedBy(props)}
      >
        {typedIn(props)}
      </textarea>
    </Around>
  )
}

export type Choice = { value: string; label: string }

/** One of several. `none`: the label of choosing nothing. */
export function Select(props: Common & { choices: readonly Choice[]; none?: string }) {
  const { name, choices, none, needed } = props
  const chosen = typedIn(props)
  return (
    <Around {...props}>
      <select
        class={`form-select${props.wrong?.[name] ? ' is-invalid' : ''}`}
        id={idOf(props)}
        name={name}
        required={needed}
        {...describedBy(props)}
      >
        {none === undefined ? null : <option value="">{none}</option>}
        {choices.map(({ value, label }) => (
          <option value={value} selected={value === chosen}>
            {label}
          </option>
        ))}
      </select>
    </Around>
  )
}

/** Any of several: posted as `name[]`. */
export function Checks({
  visit,
  name,
  label,
  hint,
  typed,
  wrong,
  choices,
  values = [],
}: Omit<Common, 'value'> & { choices: readonly Choice[]; values?: readonly string[] }) {
  const chosen = typed ? [typed[name] ?? []].flat() : values
  const wrongText = wrong?.[name]
  return (
    <fieldset class="mb-3">
      <legend class="form-label">{label}</legend>
      {hint ? <p class="form-hint mb-2">{hint}</p> : null}
      {choices.map((choice) => (
        <label class="form-check">
          <input class="form-check-input" type="checkbox" name={`${name}[]`} value={choice.value} checked={chosen.includes(choice.value)} />
          <span class="form-check-label">{choice.label}</span>
        </label>
      ))}
      {wrongText ? <p class="text-danger">{visit.say(wrongText)}</p> : null}
    </fieldset>
  )
}

/** Yes or no: posted as `on`. */
export function Check({
  name,
  label,
  hint,
  typed,
  checked,
}: {
  name: string
  label: string
  hint?: string
  typed?: Typed | undefined
  checked?: boolean
}) {
  return (
    <div class="mb-3">
      <label class="form-check">
        <input class="form-check-input" type="checkbox" name={name} checked={typed ? typed[name] !== undefined : checked} />
        <span class="form-check-label">{label}</span>
        {hint ? <span class="form-check-description">{hint}</span> : null}
      </label>
    </div>
  )
}

/** `kind`: how strongly it speaks. `name` and `value`: which of a form's buttons it was. */
export function Button({
  label,
  kind = 'primary',
  name,
  value,
}: {
  label: string
  kind?: 'primary' | 'danger' | 'warning' | 'outline'
  name?: string
  value?: string
}) {
  const look = { primary: 'btn btn-primary', danger: 'btn btn-danger', warning: 'btn btn-warning', outline: 'btn btn-outline-secondary' }
  return (
    <button type="submit" class={look[kind]} name={name} value={value}>
      {label}
    </button>
  )
}

function Around({ visit, name, label, hint, wrong, needed, within, children }: Common & { children?: Child }) {
  const text = wrong?.[name]
  return (
    <div class="mb-3">
      <label class={`form-label${needed ? ' required' : ''}`} for={idOf({ name, within })}>
        {label}
      </label>
      {children}
      {hint ? (
        <p class="form-hint" id={`${idOf({ name, within })}-hint`}>
          {hint}
        </p>
      ) : null}
      {text ? (
        <p class="invalid-feedback d-block" id={`${idOf({ name, within })}-wrong`}>
          {visit.say(text)}
        </p>
      ) : null}
    </div>
  )
}

const idOf = ({ name, within }: Pick<Common, 'name' | 'within'>): string => (within ? `f-${within}-${name}` : `f-${name}`)

function typedIn({ typed, name, value }: Common): string {
  const given = typed?.[name]
  return (Array.isArray(given) ? given[0] : given) ?? value ?? ''
}

function describedBy({ name, hint, wrong, within }: Common): { 'aria-describedby'?: string; 'aria-invalid'?: 'true' } {
  const ids = [...(hint ? [`${idOf({ name, within })}-hint`] : []), ...(wrong?.[name] ? [`${idOf({ name, within })}-wrong`] : [])]
  return {
    ...(ids.length > 0 ? { 'aria-describedby': ids.join(' ') } : {}),
    ...(wrong?.[name] ? { 'aria-invalid': 'true' as const } : {}),
  }
}
