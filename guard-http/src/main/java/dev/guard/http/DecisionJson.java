package dev.guard.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.guard.domain.Decision;
import dev.guard.domain.Micros;
import java.io.IOException;

/**
 * A decision as a JSON object, with the fields that scripts and clients rely on, in this order:
 *
 * <pre>{@code
 * {"allowed":true,"policy":"demo","limit":10,"remaining":9,"retry_after_ms":0,"reset_after_ms":60000,
 *  "degraded":false,"backend":"memory"}
 * }</pre>
 *
 * <p>{@code limit} is the capacity of the limit that binds. Durations are rounded up to whole milliseconds. {@code
 * retry_after_ms} is {@code null} where waiting is of no use: it is never missing, and never a number that means
 * something else. The body of a denial carries the same fields beside those of its {@link Problem}.
 */
public final class DecisionJson {

    private DecisionJson() {}

    /** The decision as text. */
    public static String of(Decision decision) {
        return Json.object(json -> write(decision, json));
    }

    static void write(Decision decision, JsonGenerator json) throws IOException {
        json.writeBooleanField("allowed", decision.allowed());
        json.writeStringField("policy", decision.policy().name());
        json.writeNumberField("limit", decision.capacity());
        json.writeNumberField("remaining", decision.remaining());
        if (decision.retryAfterMicros() == Micros.NEVER) {
            json.writeNullField("retry_after_ms");
        } else {
            json.writeNumberField("retry_after_ms", Micros.toMillisRoundedUp(decision.retryAfterMicros()));
        }
        json.writeNumberField("reset_after_ms", Micros.toMillisRoundedUp(decision.resetAfterMicros()));
        json.writeBooleanField("degraded", decision.degraded());
        json.writeStringField("backend", decision.backend());
    }
}
