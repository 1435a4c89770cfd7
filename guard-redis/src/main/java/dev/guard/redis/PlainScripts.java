package dev.guard.redis;

import dev.guard.domain.Algorithm;
import dev.guard.domain.Limit;
import dev.guard.domain.LimitNumbers;
import dev.guard.domain.Policy;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;

/**
 * Scripts without functions, tables or loops, each for one list of algorithms, such as a greedy bucket and a fixed window. They take
 * half the server's time that one script takes that interprets every list. The texts are put together from resources
 * alone: nothing that a caller says gets into them, and their number is that of the lists that the policies have.
 */
final class PlainScripts {

    /** The most limits that are written out: a script may have 200 local variables. */
    private static final int MOST_LIMITS = 12;

    private static final String TEMPLATE = RedisScript.resource("plain.lua");
    private static final Map<Algorithm, Parts> PARTS = parts();
    private static final ConcurrentMap<List<Algorithm>, RedisScript> SCRIPTS = new ConcurrentHashMap<>();

    private PlainScripts() {}

    /** The script that suits a policy; none where the policy is one for the model. */
    static Optional<RedisScript> of(Policy policy) {
        boolean plain = !policy.isShadow()
                && policy.limits().size() <= MOST_LIMITS
                && policy.limits().stream()
                        .allMatch(limit -> !limit.isShadow() && PARTS.containsKey(limit.algorithm()));
        if (!plain) {
            return Optional.empty();
        }
        List<Algorithm> shape = policy.limits().stream().map(Limit::algorithm).toList();
        return Optional.of(SCRIPTS.computeIfAbsent(shape, PlainScripts::written));
    }

    /** The numbers that the script of a policy takes. */
    static byte[] numbers(Policy policy) {
        ByteWriter out = new ByteWriter(8 + 32 * policy.limits().size());
        out.number(policy.blockOnExcessMicros() > 0 ? 1 : 0);
        for (Limit limit : policy.limits()) {
            LimitNumbers numbers = limit.numbers();
            switch (numbers.algorithm()) {
                case GREEDY ->
                    out.number(numbers.capacity() * numbers.unitsPerPermit())
                            .number(numbers.unitsPerTick())
                            .number(numbers.unitsPerPermit())
                            .number(numbers.tick());
                case INTERVAL ->
                    out.number(numbers.capacity()).number(numbers.permits()).number(numbers.period());
                case FIXED, ALIGNED -> out.number(numbers.capacity()).number(numbers.period());
                case SLIDING ->
                    out.number(numbers.capacity())
                            .number(numbers.period())
                            .number(numbers.tick())
                            .number(numbers.unitsPerPermit());
                case LOG, CALENDAR, CONCURRENT ->
                    throw new IllegalArgumentException("no plain script counts by " + numbers.algorithm());
            }
        }
        return out.toBytes();
    }

    private static Map<Algorithm, Parts> parts() {
        Map<Algorithm, Parts> parts = new EnumMap<>(Algorithm.class);
        parts.put(Algorithm.GREEDY, Parts.of("greedy"));
        parts.put(Algorithm.INTERVAL, Parts.of("interval"));
        parts.put(Algorithm.FIXED, Parts.of("fixed"));
        parts.put(Algorithm.ALIGNED, Parts.of("aligned"));
        parts.put(Algorithm.SLIDING, Parts.of("sliding"));
        return parts;
    }

    private static RedisScript written(List<Algorithm> shape) {
        List<Parts> limits = new ArrayList<>();
        for (int i = 0; i < shape.size(); i++) {
            limits.add(Objects.requireNonNull(PARTS.get(shape.get(i)), "a part").at(i + 1));
        }
        String text = TEMPLATE.replace("NUMBER_FORMAT", doubles(limits, "numbers"))
                .replace("STATE_FORMAT", doubles(limits, "state"))
                .replace("STATE_COUNT", String.valueOf(doubles(limits, "state").length()))
                .replace("NUMBERS", joined(limits, "numbers", ", "))
                .replace("STATE", joined(limits, "state", ", "))
                .replace("ADVANCE", joined(limits, "advance", "\n"))
                .replace("IS_INITIAL", joined(limits, "is-initial", " and "))
                .replace("INITIAL", joined(limits, "initial", "\n"))
                .replace("AVAILABLE", joined(limits, "available", ", "))
                .replace("ADMITS", joined(limits, "admits", " and "))
                .replace("CHARGE", joined(limits, "charge", "\n"))
                .replace("RESETS", joined(limits, "reset", ", "));
        return RedisScript.beforeTheModel(text);
    }

    private static String joined(List<Parts> limits, String part, String separator) {
        return limits.stream().map(limit -> limit.get(part)).collect(Collectors.joining(separator));
    }

    /** The format of as many doubles as the parts name. */
    private static String doubles(List<Parts> limits, String part) {
        return limits.stream().map(limit -> "d".repeat(names(limit.get(part)))).collect(Collectors.joining());
    }

    private static int names(String list) {
        return 1 + (int) list.chars().filter(c -> c == ',').count();
    }

    /** What one algorithm contributes to the template, by name. */
    private record Parts(Map<String, String> texts) {

        private static final String MARK = "--@ ";

        static Parts of(String algorithm) {
            Map<String, String> texts = new LinkedHashMap<>();
            String name = "";
            for (String line :
                    RedisScript.resource("plain/" + algorithm + ".lua").lines().toList()) {
                if (line.startsWith(MARK)) {
                    String mark = line.substring(MARK.length());
                    int space = mark.indexOf(' ');
                    name = space < 0 ? mark : mark.substring(0, space);
                    texts.put(name, space < 0 ? "" : mark.substring(space + 1));
                } else if (!name.isEmpty()) {
                    String before = texts.getOrDefault(name, "");
                    texts.put(name, before.isEmpty() ? line.strip() : before + "\n" + line);
                }
            }
            return new Parts(texts);
        }

        Parts at(int place) {
            Map<String, String> placed = new LinkedHashMap<>();
            texts.forEach((name, text) -> placed.put(name, text.replace("_N", "_" + place)));
            return new Parts(placed);
        }

        String get(String name) {
            String text = texts.get(name);
            if (text == null) {
                throw new AssertionError("a plain script has no part " + name);
            }
            return text;
        }
    }
}
