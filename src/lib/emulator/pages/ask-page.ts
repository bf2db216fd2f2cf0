import { type Html, html } from '../../ground/html.ts'

/** A question that an action asks before it happens. */
export interface Question {
  /** A question that names the object, such as `Remove Ada Lovelace?`. */
  readonly title: string
  /** The consequences, in sentences. */
  readonly consequences: Html | string
  /** The address that the form with the answer goes to. */
  readonly action: string
  /** The fields and buttons of that form, of the class `danger`. */
  readonly answer: Html
  /** The address of the page that was left. */
  readonly back: string
  /** The label of the button that leads back. */
  readonly keep: string
}

/**
 * The content of a page that asks. Its primary button changes nothing and comes first, so that a
 * press of Enter and a hasty thumb are harmless.
 */
export function questionCard(question: Question): Html {
  const { title, consequences, action, answer, back, keep } = question
  return html`<section class="card asks">
<h1>${title}</h1>
<p>${consequences}</p>
<form action="${back}"><button class="primary">${keep}</button></form>
<form method="post" action="${action}">${answer}</form>
</section>`
}
