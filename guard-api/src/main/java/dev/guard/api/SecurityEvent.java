package dev.guard.api;

import dev.guard.domain.BackendUnavailableException.Reason;
import dev.guard.domain.FailureMode;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Something that whoever watches over a deployment has to know: decisions are not the shared store's, or are again.
 *
 * @param event what happened
 * @param mode the mode in which it did
 * @param tenantId whose calls are concerned; {@code default} where there are no tenants
 * @param timestamp when, in UTC
 * @param backend the name of the backend
 * @param reason why the store was not asked; null where it is back
 */
public record SecurityEvent(
        Kind event,
        FailureMode mode,
        String tenantId,
        Instant timestamp,
        String backend,
        @Nullable Reason reason) {

    /** What can happen. */
    public enum Kind {
        /** The guard was built while its store was away, and will answer locally. */
        BACKEND_UNAVAILABLE_AT_STARTUP,
        /** The store is away, and calls of the tenant are about to be answered locally. */
        BACKEND_UNAVAILABLE_AT_RUNTIME,
        /** The store answers again, and decides alone. */
        BACKEND_RECOVERED
    }

    /**
     * The event as a JSON object of one line, with {@code event}, {@code mode}, {@code tenant_id}, {@code timestamp} in ISO 8601, {@code
     * backend} and, where there is one, {@code reason}.
     */
    public String toJson() {
        StringBuilder json = new StringBuilder(160).append('{');
        field(json, "event", event.name()).append(',');
        field(json, "mode", mode.settingName()).append(',');
        field(json, "tenant_id", tenantId).append(',');
        field(json, "timestamp", timestamp.toString()).append(',');
        field(json, "backend", backend);
        if (reason != null) {
            field(json.append(','), "reason", reason.name());
        }
        return json.append('}').toString();
    }

    private static StringBuilder field(StringBuilder json, String name, String value) {
        json.append('"').append(name).append("\":\"");
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                // A log line of ASCII can be forged by nobody's idea of a line's end.
                json.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
            } else {
                json.append(c);
            }
        }
        return json.append('"');
    }
}
