package dev.guard.bench.redis;

import java.util.List;

/**
 * What a load driver does.
 *
 * @param addresses one for a server, several for a cluster
 * @param limits guard's limits, separated by a comma and a blank, the first of them {@code 1000/24h}
 * @param threads how many callers there are, each with one call at a time
 * @param subjects of how many subjects each call takes one at random
 * @param warmUpMillis how long calls are made before they are measured
 * @param millis how long they are measured
 */
public record Load(
        Kind kind, List<String> addresses, String limits, int threads, int subjects, int warmUpMillis, int millis) {

    /** As the arguments of a main method. */
    public List<String> toArguments() {
        return List.of(
                kind.name(),
                String.join(",", addresses),
                limits,
                Integer.toString(threads),
                Integer.toString(subjects),
                Integer.toString(warmUpMillis),
                Integer.toString(millis));
    }

    static Load of(String[] arguments) {
        return new Load(
                Kind.valueOf(arguments[0]),
                List.of(arguments[1].split(",", -1)),
                arguments[2],
                Integer.parseInt(arguments[3]),
                Integer.parseInt(arguments[4]),
                Integer.parseInt(arguments[5]),
                Integer.parseInt(arguments[6]));
    }
}
