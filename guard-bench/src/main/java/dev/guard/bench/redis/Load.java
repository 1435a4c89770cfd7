package dev.guard.bench.redis;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a load driver does.
 *
 * @param addresses one for a server, several for a cluster; where members of Hazelcast are to listen
 * @param limits guard's limits, separated by a comma and a blank, the first of them {@code 1000/240h}
 * @param keys random or hot; several are measured one after the other, each with all numbers of threads
 * @param threads how many callers there are, each with one call at a time; several numbers are measured one after the other
 * @param subjects of how many subjects each call takes one at random, unless one is hot
 * @param warmUpCalls how many calls are made at first, so that each subject was asked for and all code is compiled
 * @param warmUpMillis how long calls are made after that by each number of threads before they are measured
 * @param millis how long they are measured
 */
public record Load(
        Kind kind,
        List<String> addresses,
        String limits,
        List<Keys> keys,
        List<Integer> threads,
        int subjects,
        int warmUpCalls,
        int warmUpMillis,
        int millis) {

    /** As the arguments of a main method. */
    public List<String> toArguments() {
        return List.of(
                kind.name(),
                String.join(",", addresses),
                limits,
                keys.stream().map(Keys::name).collect(Collectors.joining(",")),
                threads.stream().map(String::valueOf).collect(Collectors.joining(",")),
                Integer.toString(subjects),
                Integer.toString(warmUpCalls),
                Integer.toString(warmUpMillis),
                Integer.toString(millis));
    }

    static Load of(String[] arguments) {
        return new Load(
                Kind.valueOf(arguments[0]),
                List.of(arguments[1].split(",", -1)),
                arguments[2],
                Stream.of(arguments[3].split(",", -1)).map(Keys::valueOf).toList(),
                Stream.of(arguments[4].split(",", -1)).map(Integer::valueOf).toList(),
                Integer.parseInt(arguments[5]),
                Integer.parseInt(arguments[6]),
                Integer.parseInt(arguments[7]),
                Integer.parseInt(arguments[8]));
    }
}
