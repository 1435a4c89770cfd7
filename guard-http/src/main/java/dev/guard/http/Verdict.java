package dev.guard.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.guard.api.DeniedException;
import dev.guard.domain.BackendUnavailableException;
import dev.guard.domain.CorruptStateException;
import dev.guard.domain.Decision;
import dev.guard.domain.Denied;
import dev.guard.domain.GuardClosedException;
import dev.guard.domain.GuardException;
import dev.guard.domain.LimitStatus;
import dev.guard.domain.Micros;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * What HTTP answers to a decision or to a failure: a status, header fields and a body.
 *
 * <table>
 * <caption>The verdicts</caption>
 * <tr><th>what happened</th><th>status</th><th>header fields</th><th>body</th></tr>
 * <tr><td>allowed</td><td>200</td><td>RateLimit-Policy, RateLimit</td><td>none</td></tr>
 * <tr><td>denied by a limit</td><td>429</td><td>the same, and Retry-After</td>
 *     <td>problem {@code quota-exceeded} with the decision</td></tr>
 * <tr><td>denied by a concurrency limit</td><td>429</td><td>the same; Retry-After is when the next lease ends at the latest</td>
 *     <td>problem {@code quota-exceeded} with the decision</td></tr>
 * <tr><td>blocked</td><td>429</td><td>the same; Retry-After is the rest of the block</td>
 *     <td>problem {@code abnormal-usage-detected} with the decision</td></tr>
 * <tr><td>denied for want of room to count</td><td>503</td><td>Retry-After</td>
 *     <td>problem {@code temporary-reduced-capacity} with the decision</td></tr>
 * <tr><td>the store could not be asked</td><td>503, never 429</td><td>Retry-After</td><td>problem with a {@code reason}
 *     and without the error's own words</td></tr>
 * <tr><td>an argument that can never be right</td><td>400</td><td></td><td>problem with the error's detail</td></tr>
 * <tr><td>any other failure</td><td>its own status, else 500</td><td></td><td>problem</td></tr>
 * </table>
 *
 * <p>Retry-After is rounded up to whole seconds, and left out where waiting is of no use. It is never earlier than the
 * {@code t} of the limit that binds, nor than that of any limit with nothing left. Whatever does not pass carries {@code
 * Cache-Control: no-store}.
 */
public final class Verdict {

    private static final String CONTENT_TYPE = "Content-Type";
    private static final String RETRY_AFTER = "Retry-After";

    /** How long to wait for a store that is away; short, since a store that is back shall be used. */
    private static final String OUTAGE_RETRY_SECONDS = "1";

    private final int status;
    private final Map<String, String> headers;
    private final @Nullable Problem problem;

    private Verdict(int status, Map<String, String> headers, @Nullable Problem problem) {
        this.status = status;
        this.headers = Collections.unmodifiableMap(headers);
        this.problem = problem;
    }

    /** The verdict that follows from a decision. */
    public static Verdict of(Decision decision) {
        Map<String, String> headers = new LinkedHashMap<>();
        putUnlessEmpty(headers, RateLimitFields.POLICY, RateLimitFields.policy(decision.policy()));
        putUnlessEmpty(headers, RateLimitFields.LIMIT, RateLimitFields.limits(decision));
        return decision instanceof Denied denied ? denied(denied, headers) : new Verdict(Status.OK, headers, null);
    }

    /** The verdict that follows from a failure: of guard, or of anything else, which is then nobody's fault but ours. */
    public static Verdict ofFailure(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof DeniedException denied) {
            return of(denied.denied());
        }
        if (!(cause instanceof GuardException error)) {
            return of(Problem.of(Status.INTERNAL_SERVER_ERROR, null, json -> {}));
        }
        if (error.statusCode() < Status.INTERNAL_SERVER_ERROR) {
            return of(Problem.of(error.statusCode(), error.detail()));
        }
        String reason = reasonOrNull(error);
        Verdict verdict = of(Problem.of(error.statusCode(), detailOrNull(error), json -> {
            if (reason != null) {
                json.writeStringField("reason", reason);
            }
        }));
        return error.statusCode() == Status.SERVICE_UNAVAILABLE
                ? verdict.with(RETRY_AFTER, OUTAGE_RETRY_SECONDS)
                : verdict;
    }

    /** The verdict that a problem is. */
    public static Verdict of(Problem problem) {
        return refusal(problem, new LinkedHashMap<>());
    }

    /** Whether the request passes. */
    public boolean passes() {
        return problem == null;
    }

    /** The HTTP status: 200 where the request passes. */
    public int status() {
        return status;
    }

    /** The header fields by name, in the order in which they are to be sent. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The body, JSON of the type in {@code Content-Type}; empty where the request passes. */
    public String body() {
        return problem == null ? "" : problem.json();
    }

    /** The same verdict with one more header field. */
    public Verdict with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Verdict(status, more, problem);
    }

    private static Verdict denied(Denied denied, Map<String, String> headers) {
        if (denied.canRetry()) {
            headers.put(RETRY_AFTER, Long.toString(Math.max(1, Micros.toSecondsRoundedUp(waitMicros(denied)))));
        }
        return refusal(
                switch (denied.reason()) {
                    case LIMIT, CONCURRENCY ->
                        Problem.of(
                                ProblemType.QUOTA_EXCEEDED,
                                Status.TOO_MANY_REQUESTS,
                                overLimit(denied),
                                members(denied));
                    case BLOCKED ->
                        Problem.of(
                                ProblemType.ABNORMAL_USAGE_DETECTED,
                                Status.TOO_MANY_REQUESTS,
                                blocked(denied),
                                members(denied));
                    case CAPACITY ->
                        Problem.of(
                                ProblemType.TEMPORARY_REDUCED_CAPACITY,
                                Status.SERVICE_UNAVAILABLE,
                                "guard has no room to count another subject of policy '"
                                        + denied.policy().name() + "'",
                                members(denied));
                },
                headers);
    }

    /** Until the same call can pass, and until whatever is said to have nothing left has something. */
    private static long waitMicros(Denied denied) {
        long wait = laterOf(denied.retryAfterMicros(), denied.nextAfterMicros());
        for (LimitStatus limit : denied.limits()) {
            if (limit.enforced() && limit.remaining() == 0) {
                wait = laterOf(wait, limit.nextAfterMicros());
            }
        }
        return wait;
    }

    private static long laterOf(long wait, long next) {
        return next == Micros.NEVER ? wait : Math.max(wait, next);
    }

    private static Verdict refusal(Problem problem, Map<String, String> headers) {
        headers.put("Cache-Control", "no-store");
        headers.put(CONTENT_TYPE, Problem.MEDIA_TYPE);
        return new Verdict(problem.status(), headers, problem);
    }

    private static String overLimit(Denied denied) {
        String name = denied.limit().map(LimitStatus::name).orElse("");
        return "limit '" + name + "' has "
                + denied.limit().map(LimitStatus::remaining).orElse(0L) + " of "
                + denied.capacity()
                + (denied.reason() == Denied.Reason.CONCURRENCY ? " permits free, " : " permits left, ") + denied.cost()
                + " asked for; "
                + (denied.canRetry() ? "this can pass in " + millis(denied) : "waiting is of no use");
    }

    private static String blocked(Denied denied) {
        return "policy '" + denied.policy().name() + "' blocks this subject; "
                + (denied.canRetry() ? "this can pass in " + millis(denied) : "waiting is of no use");
    }

    private static String millis(Denied denied) {
        return Micros.toMillisRoundedUp(denied.retryAfterMicros()) + " ms";
    }

    private static Json.Members members(Denied denied) {
        return json -> {
            json.writeArrayFieldStart("violated-policies");
            writeViolated(denied, json);
            json.writeEndArray();
            DecisionJson.write(denied, json);
            json.writeStringField("reason", text(denied.reason()));
        };
    }

    private static void writeViolated(Denied denied, JsonGenerator json) throws IOException {
        for (LimitStatus limit : denied.limits()) {
            if (limit.enforced() && !limit.admits()) {
                json.writeString(RateLimitFields.printable(limit.name()));
            }
        }
    }

    private static @Nullable String reasonOrNull(GuardException error) {
        if (error instanceof BackendUnavailableException unavailable) {
            return text(unavailable.reason());
        }
        if (error instanceof CorruptStateException) {
            return text(BackendUnavailableException.Reason.CORRUPT_STATE);
        }
        return error instanceof GuardClosedException ? "closed" : null;
    }

    /** Never the error's own detail: it may name addresses of the inside. */
    private static @Nullable String detailOrNull(GuardException error) {
        if (error instanceof BackendUnavailableException || error instanceof CorruptStateException) {
            return "the store gave no answer that could be used; nothing was decided";
        }
        return error instanceof GuardClosedException ? "guard is shutting down; nothing was decided" : null;
    }

    private static String text(Enum<?> reason) {
        return reason.name().toLowerCase(Locale.ROOT);
    }

    private static void putUnlessEmpty(Map<String, String> headers, String name, String value) {
        if (!value.isEmpty()) {
            headers.put(name, value);
        }
    }
}
