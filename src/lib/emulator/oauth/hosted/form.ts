import { type Html, html } from '../../../ground/html.ts'
import { applicationLinks } from '../../pages/application.ts'
import { page } from '../../pages/page.ts'
import type { Answer } from '../../server/call.ts'
import type { State } from '../../state/state.ts'

/** The path that every form of these pages is sent to. */
export const signInPath = '/emulator/sign-in'

export interface HostedForm {
  readonly title: string
  /** The instruction, in a sentence. */
  readonly lead: Html | string
  readonly fields: Html
  readonly problem?: string | undefined
  /** The label of the button. Default: the form has buttons of its own. */
  readonly submit?: string
  /** Buttons for other ways on, below. */
  readonly others?: Html | false
}

/** A page of Scalekit's own with one form, and a link back to the application. */
export function hostedForm({ settings }: State, id: string, content: HostedForm): Answer {
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
<p class="back">Back to ${applicationLinks(settings)}</p>
</section>`,
  )
}

export interface FieldSettings {
  readonly value?: string | undefined
  /** Default: `text`. */
  readonly type?: string
  readonly autocomplete?: string
  readonly inputmode?: string
  /** Whether the form's problem is about this field. */
  readonly isInvalid?: boolean
  readonly isFirst?: boolean
}

/** A required field with its label. */
export function field(name: string, label: string, settings: FieldSettings = {}): Html {
  const { value, type = 'text', autocomplete, inputmode, isInvalid, isFirst } = settings
  return html`<label for="${name}">${label}</label>
<input id="${name}" name="${name}" type="${type}" required value="${value}"${autocomplete && html` autocomplete="${autocomplete}"`}${inputmode && html` inputmode="${inputmode}"`}${isFirst && html` autofocus`}${isInvalid && html` aria-invalid="true" aria-describedby="problem"`}>`
}
