/**
 * What HTTP answers to a decision: status, header fields and body, once for every integration and without a web framework.
 *
 * <pre>{@code
 * Verdict verdict = Verdict.of(api.tryAcquire(ClientAddress.of(peer)));
 * verdict.headers().forEach(response::setHeader);
 * if (!verdict.passes()) {
 *     response.send(verdict.status(), verdict.body());
 * }
 * }</pre>
 */
@NullMarked
package dev.guard.http;

import org.jspecify.annotations.NullMarked;
