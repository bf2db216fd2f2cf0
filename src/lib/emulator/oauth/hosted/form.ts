import { type Html, html } from '../../../ground/html.ts'
import { page } from '../../pages/page.ts'
import type { Answer } from '../../server/call.ts'

/** Where every form on these pages goes. */
export const signInPath = '/emulator/sign-in'

export interface HostedForm {
  readonly title: string
  /** What is to be done, in a sentence. */
  readonly lead: Html | string
  readonly fields: Html
  readonly problem?: string | undefined
  /** What the button says. Default: the form has buttons of its own. */
  readonly submit?: string
  /** Other ways on, below. */
  readonly others?: Html | false
}

/** A page of Scalekit's own with one form. */
export function hostedForm(id: string, content: HostedForm): Answer {
  const { title, lead, fields, problem, submit, others } = content
  return page(
    200,
    title,
    html`<section class="card">
<h1>${title}</h1>
<p>${lead}</p>
<form method="post" action="${signInPath}">
<input type="hidden" name="request" value="${id}">
${problem && html`<p id="problem" class="problem" role="alert">${problem}</p>`}
${fields}
${submit && html`<button class="primary">${submit}</button>`}
${others && html`<div class="others">${others}</div>`}
</form>
</section>`,
  )
}

export interface FieldSettings {
  readonly value?: string | undefined
  /** Default: `text`. */
  readonly type?: string
  readonly autocomplete?: string
  readonly inputmode?: string
  /** Whether the form's problem is about it. */
  readonly isInvalid?: boolean
  readonly isFirst?: boolean
}

/** A field that has to be filled in, with its label. */
export function field(name: string, label: string, settings: FieldSettings = {}): Html {
  const { value, type = 'text', autocomplete, inputmode, isInvalid, isFirst } = settings
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" required value="${value}"${autocomplete && html` autocomplete="${autocomplete}"`}${inputmode && html` inputmode="${inputmode}"`}${isFirst && html` autofocus`}${isInvalid && html` aria-invalid="true" aria-describedby="problem"`}>`
}
