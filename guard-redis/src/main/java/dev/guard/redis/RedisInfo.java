package dev.guard.redis;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a server says of itself in answer to {@code INFO}. What it does not say is empty, and so is what is no number where one is expected. */
final class RedisInfo {

    /** A server that says nothing. */
    static final RedisInfo NOTHING = new RedisInfo(Map.of());

    private static final int LONGEST_VALUE = 200;

    private final Map<String, String> fields;

    private RedisInfo(Map<String, String> fields) {
        this.fields = fields;
    }

    /** Reads a reply; one that is no text says nothing. */
    static RedisInfo read(@Nullable Object reply) {
        return reply instanceof byte[] bytes ? of(new String(bytes, StandardCharsets.UTF_8)) : NOTHING;
    }

    /** Reads lines of {@code name:value}. Others, such as the headings of sections, are left out. */
    static RedisInfo of(String text) {
        Map<String, String> fields = new HashMap<>();
        text.lines().forEach(line -> {
            int colon = line.indexOf(':');
            if (colon > 0 && line.charAt(0) != '#') {
                String value = line.substring(colon + 1).strip();
                if (!value.isEmpty() && value.length() <= LONGEST_VALUE) {
                    fields.putIfAbsent(line.substring(0, colon).strip(), value);
                }
            }
        });
        return new RedisInfo(fields);
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(fields.get(name));
    }

    /** A whole number from 0. */
    OptionalLong number(String name) {
        String value = fields.get(name);
        boolean isNumber =
                value != null && value.length() <= 18 && value.chars().allMatch(c -> c >= '0' && c <= '9');
        return isNumber ? OptionalLong.of(Long.parseLong(value)) : OptionalLong.empty();
    }
}
