package dev.guard.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * An error as HTTP tells it to programs: problem details by RFC 9457, of the media type {@value #MEDIA_TYPE}.
 *
 * <p>Where no other type fits, the type is {@code about:blank}, the title is the phrase of the status, and the detail says
 * what was wrong with this request.
 */
public final class Problem {

    /** The media type of {@link #json()}. */
    public static final String MEDIA_TYPE = "application/problem+json";

    private static final String BLANK = "about:blank";

    private final String type;
    private final String title;
    private final int status;
    private final @Nullable String detail;
    private final Json.Members extensions;

    private Problem(String type, String title, int status, @Nullable String detail, Json.Members extensions) {
        this.type = type;
        this.title = title;
        this.status = status;
        this.detail = detail;
        this.extensions = extensions;
    }

    /**
     * The problem of a status that says all there is to say about its kind.
     *
     * @param status the HTTP status, 400 to 599
     * @param detail what was wrong with this request: the field, its value and what was expected
     */
    public static Problem of(int status, String detail) {
        return new Problem(BLANK, Status.phrase(status), status, detail, json -> {});
    }

    /** The problem of a status, with members of its own and, where words would say too much, no detail. */
    static Problem of(int status, @Nullable String detail, Json.Members extensions) {
        return new Problem(BLANK, Status.phrase(status), status, detail, extensions);
    }

    /** A problem of a registered type. */
    static Problem of(ProblemType type, int status, String detail, Json.Members extensions) {
        return new Problem(type.uri(), type.title(), status, detail, extensions);
    }

    /** The URI of the problem's type. */
    public String type() {
        return type;
    }

    /** The type in words, the same at every occurrence. */
    public String title() {
        return title;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** What happened this time. */
    public Optional<String> detail() {
        return Optional.ofNullable(detail);
    }

    /** The problem as a JSON object. */
    public String json() {
        return Json.object(this::writeTo);
    }

    private void writeTo(JsonGenerator json) throws IOException {
        json.writeStringField("type", type);
        json.writeStringField("title", title);
        json.writeNumberField("status", status);
        if (detail != null) {
            json.writeStringField("detail", detail);
        }
        extensions.writeTo(json);
    }

    @Override
    public String toString() {
        return json();
    }
}
