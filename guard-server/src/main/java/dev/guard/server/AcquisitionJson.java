package dev.guard.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.guard.domain.InvalidArgumentException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads an {@link Acquisition} from a JSON object, strictly: every field known, once, and of its type. */
final class AcquisitionJson {

    private static final String EXAMPLE = "{\"policy\":\"demo\",\"subject\":\"203.0.113.9\"}";

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .disable(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION)
            .build();

    private AcquisitionJson() {}

    /**
     * Reads the object in a request's body.
     *
     * @throws InvalidArgumentException if the body is no such object; the detail names the field, its value and what was
     *     expected
     */
    static Acquisition read(byte[] body) {
        try (JsonParser json = FACTORY.createParser(text(body))) {
            Acquisition acquisition = read(json);
            if (json.nextToken() != null) {
                throw new InvalidArgumentException(
                        "body goes on after its object, expected one object such as " + EXAMPLE);
            }
            return acquisition;
        } catch (CharacterCodingException e) {
            throw new InvalidArgumentException("body is not text in UTF-8, expected an object such as " + EXAMPLE);
        } catch (JsonProcessingException e) {
            throw new InvalidArgumentException(
                    "body is not valid JSON at line " + e.getLocation().getLineNr() + ", column "
                            + e.getLocation().getColumnNr() + ", expected an object such as " + EXAMPLE);
        } catch (IOException e) {
            throw new UncheckedIOException("a text could not be read", e);
        }
    }

    /** Strictly: the parser itself would guess the encoding, and read one subject from several sequences of bytes. */
    private static String text(byte[] body) throws CharacterCodingException {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body)).toString();
    }

    private static Acquisition read(JsonParser json) throws IOException {
        JsonToken first = json.nextToken();
        if (first != JsonToken.START_OBJECT) {
            throw new InvalidArgumentException(
                    "body is " + (first == null ? "empty" : shown(json)) + ", expected an object such as " + EXAMPLE);
        }
        String policy = null;
        String subject = null;
        String tenant = null;
        long cost = 1;
        Set<String> seen = new HashSet<>();
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String field = json.currentName();
            if (!seen.add(field)) {
                throw new InvalidArgumentException(Shown.of(field) + " is given twice, expected one value");
            }
            json.nextToken();
            switch (field) {
                case "policy" -> policy = text(field, json);
                case "subject" -> subject = text(field, json);
                case "tenant" -> tenant = text(field, json);
                case "cost" -> cost = cost(json);
                default ->
                    throw new InvalidArgumentException(
                            "unknown field " + Shown.of(field) + ", expected policy, subject, tenant or cost");
            }
        }
        return new Acquisition(required("policy", policy), required("subject", subject), tenant, cost);
    }

    private static String required(String field, @Nullable String value) {
        if (value == null) {
            throw new InvalidArgumentException(field + " is missing, expected a text, as in " + EXAMPLE);
        }
        return value;
    }

    private static String text(String field, JsonParser json) throws IOException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw new InvalidArgumentException(field + " is " + shown(json) + ", expected a text");
        }
        return json.getText();
    }

    private static long cost(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT
                && json.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            return json.getLongValue();
        }
        throw new InvalidArgumentException("cost is " + shown(json) + ", expected a whole number of 1 or more");
    }

    private static String shown(JsonParser json) throws IOException {
        return switch (json.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "a list";
            case VALUE_STRING -> "the text " + Shown.of(json.getText());
            default -> Shown.cut(json.getText());
        };
    }
}
