package dev.guard.api;

import dev.guard.domain.backend.Audit;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What each kind of store promises, and what it does not, in sentences: for operators, documentation and {@code guard doctor}, which all
 * have them from here.
 */
public final class Consistency {

    private static final String RESOURCE = "consistency.txt";

    private Consistency() {}

    /** The sentences that hold for a store, in order; none where guard has none about it. */
    public static List<String> of(Audit audit) {
        Map<String, List<String>> all = all();
        return audit.consistency().stream()
                .flatMap(kind -> all.getOrDefault(kind, List.of()).stream())
                .toList();
    }

    /** All sentences, by the kind of store that they hold for: {@code memory}, {@code redis}, {@code redis-replicas}, {@code hazelcast}. */
    public static Map<String, List<String>> all() {
        Map<String, List<String>> all = new LinkedHashMap<>();
        List<String> sentences = new ArrayList<>();
        for (String line : text().lines().map(String::strip).toList()) {
            if (line.startsWith("[") && line.endsWith("]")) {
                sentences = new ArrayList<>();
                all.put(line.substring(1, line.length() - 1), sentences);
            } else if (!line.isEmpty() && !line.startsWith("#")) {
                sentences.add(line);
            }
        }
        return all;
    }

    private static String text() {
        try (InputStream in = Consistency.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new AssertionError("the resource " + RESOURCE + " is missing");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
