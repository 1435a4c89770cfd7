/**
 * What an application calls.
 *
 * <pre>{@code
 * try (Guard guard = Guard.inMemory()) {
 *     RateLimiter api = guard.limiter(Policy.of("api", Limit.parse("100/1m")));
 *     Decision decision = api.tryAcquire("203.0.113.9");
 *     if (decision instanceof Denied denied) {
 *         response.sendError(429, "try again in " + denied.retryAfter().toSeconds() + " s");
 *     }
 * }
 * }</pre>
 */
@NullMarked
package dev.guard.api;

import org.jspecify.annotations.NullMarked;
