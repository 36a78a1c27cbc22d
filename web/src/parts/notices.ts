import { html, nothing } from 'lit';
import type { EngineStartError } from '../engine/pool';
import type { Failure } from '../engine/protocol';
import type { Problem } from '../model/params';
import type { Text } from '../text';

/** Why there is no engine, and what would help. */
export function startNotice(text: Text, error: EngineStartError | null) {
  return error
    ? html`<div class="notice error" part="error" role="alert" data-test="start-error">
        <p>${text[error.reason]}</p><p><code>${error.message}</code></p></div>`
    : nothing;
}

/** What the engine said to a request that it refused. */
export function failureNotice(text: Text, failure: Failure | null) {
  return failure
    ? html`<div class="notice error" part="error" role="alert" data-test="failure">
        <p>${text.failed} <code>${failure.message}</code></p></div>`
    : nothing;
}

/** Entries that are not allowed, after a sentence that says where they are. */
export function problemNotice(
  text: Text,
  where: string,
  problems: readonly Problem[],
  dismiss: () => void,
) {
  return problems.length > 0
    ? html`<div class="notice" role="alert" data-test="url-notice">
        <p>${where}</p>
        <ul>${problems.map((problem) => html`<li>${text.problem(problem)}</li>`)}</ul>
        <button type="button" @click=${dismiss}>${text.dismiss}</button></div>`
    : nothing;
}
