package dev.guard.http;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;

/** Writes one JSON object as text: bodies of verdicts, and what else an integration answers. */
public final class Json {

    private static final JsonFactory FACTORY = new JsonFactory();

    private Json() {}

    /** What stands between the braces. */
    @FunctionalInterface
    public interface Members {
        /** Writes the members of an object that is open, and leaves it open. */
        void writeTo(JsonGenerator json) throws IOException;
    }

    /** The object with these members. */
    public static String object(Members members) {
        StringWriter text = new StringWriter(256);
        try (JsonGenerator json = FACTORY.createGenerator(text)) {
            json.writeStartObject();
            members.writeTo(json);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException("a StringWriter failed", e);
        }
        return text.toString();
    }
}
