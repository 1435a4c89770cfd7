package dev.guard.tck;

import dev.guard.domain.Micros;
import dev.guard.domain.counter.CounterOperation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.regex.Pattern;

/**
 * Histories that somebody thought of, for what random ones seldom come upon. Most are there because the kit once passed a model
 * that was wrong in them. They are written as {@link RecordedHistory} has them, without the answers, and with a title; times
 * count from {@link #START}.
 */
final class Corners {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final Pattern CHARGED_AT = Pattern.compile(" time ([0-9_]+)$");

    private static final List<String> SCRIPTS = List.of(
            """
            What a window before this one counted comes back to no window
            policy 0 | version 1 | carry AS_IS | 5/1m fixed | 5/1m fixed aligned | 9/1h
            0 acquire s0 policy 0 cost 1 id a
            30_000_000 acquire s0 policy 0 cost 1 id b
            60_000_000 acquire s0 policy 0 cost 3 id c
            70_000_000 refund s0 cost 1 id b version 1 time 30_000_000
            70_000_000 peek s0 policy 0 cost 1
            """,
            """
            A permit that is given back in its own microsecond is given back once, though nothing else was known of the key
            policy 0 | version 1 | carry AS_IS | 5/1h fixed
            0 acquire s0 policy 0 cost 1 id a
            0 refund s0 cost 1 id a version 1 time 0
            0 acquire s0 policy 0 cost 1 id b
            0 refund s0 cost 1 id a version 1 time 0
            0 peek s0 policy 0 cost 1
            """,
            """
            A block that ends no later than the one that is there does nothing
            policy 0 | version 1 | carry AS_IS | 5/1h fixed
            0 block s0 duration 10000000
            0 block s0 duration 10000000
            1_000_000 block s0 duration 9000000
            1_000_000 block s0 duration 9000001
            1_000_000 peek s0 policy 0 cost 1
            """,
            """
            As much as there is of a blocked key is one permit in vain, but for a policy in shadow
            policy 0 | version 1 | carry AS_IS | 5/1h fixed
            policy 1 | version 1 | carry AS_IS | shadow | 5/1h fixed
            0 block s0 duration 10000000
            0 acquireatmost s0 policy 0 cost 3
            0 acquireatmost s0 policy 1 cost 3
            0 peek s0 policy 0 cost 1
            """,
            """
            A penalty in other numbers under one version is charged in them, and the window goes on from its start
            policy 0 | version 1 | carry AS_IS | 10/1m fixed
            policy 1 | version 1 | carry AS_IS | 20/1h fixed
            0 acquire s0 policy 0 cost 4
            30_000_000 penalize s0 policy 1 cost 5
            30_000_000 peek s0 policy 1 cost 1
            61_000_000 peek s0 policy 1 cost 1
            """,
            """
            Other numbers under one version are carried as they are, whatever the policy declares
            policy 0 | version 1 | carry AS_IS | 10/1m
            policy 1 | version 1 | carry ADDITIVE | 4/1m
            0 acquire s0 policy 0 cost 4
            0 acquire s0 policy 1 cost 1
            """,
            """
            A limit that is in shadow under the same version denies nothing there
            policy 0 | version 1 | carry AS_IS | 3/1h fixed
            policy 1 | version 1 | carry AS_IS | 3/1h fixed, shadow
            0 acquire s0 policy 0 cost 3
            0 acquire s0 policy 1 cost 1
            0 acquire s0 policy 0 cost 1
            """,
            """
            A further limit under the same version counts from its first call
            policy 0 | version 1 | carry AS_IS | 5/1h fixed
            policy 1 | version 1 | carry AS_IS | 5/1h fixed | 3/1h fixed
            0 acquire s0 policy 0 cost 2
            0 acquire s0 policy 1 cost 2
            0 acquire s0 policy 1 cost 1
            0 acquire s0 policy 0 cost 1
            """,
            """
            A newer version that has the same numbers in shadow denies nothing, and so the older one neither
            policy 0 | version 1 | carry AS_IS | 3/1h fixed
            policy 1 | version 2 | carry AS_IS | 3/1h fixed, shadow
            0 acquire s0 policy 0 cost 3
            0 acquire s0 policy 1 cost 1
            0 acquire s0 policy 0 cost 1
            """,
            """
            RESET forgets what was used of the very same numbers
            policy 0 | version 1 | carry AS_IS | 10/1h | 5/1h fixed
            policy 1 | version 2 | carry RESET | 10/1h | 5/1h fixed
            0 acquire s0 policy 0 cost 4
            0 acquire s0 policy 1 cost 1
            """,
            """
            An older call is told the newer version, and its further limits by their places
            policy 0 | version 1 | carry AS_IS | 10/1m
            policy 1 | version 2 | carry AS_IS | 10/1m
            policy 2 | version 3 | carry AS_IS | 10/1m | 3/1h fixed
            0 acquire s0 policy 1 cost 1
            0 acquire s0 policy 0 cost 1
            0 acquire s0 policy 0 cost 9
            0 acquire s0 policy 2 cost 1
            0 acquire s0 policy 0 cost 1
            """,
            """
            A share of a debt is rounded down, away from what is there
            policy 0 | version 1 | carry AS_IS | 5/10s
            policy 1 | version 2 | carry PROPORTIONAL | 7/10s
            0 penalize s0 policy 0 cost 9
            0 acquire s0 policy 1 cost 1
            """,
            """
            Reservations lapse in the order of their ends, not in that in which they were made
            policy 0 | version 1 | carry AS_IS | 5/1h fixed
            0 reserve s0 policy 0 cost 2 id a ttl 10000000
            0 reserve s0 policy 0 cost 2 id b ttl 5000000
            6_000_000 peek s0 policy 0 cost 1
            6_000_000 cancel s0 id b
            6_000_000 cancel s0 id a
            """,
            """
            A bucket that refilled a part takes back what is missing, to the unit, and no more
            policy 0 | version 1 | carry AS_IS | 10/10s
            0 acquire s0 policy 0 cost 2 id a
            0 acquire s0 policy 0 cost 3 id b
            2_500_000 refund s0 cost 2 id a version 1 time 0
            2_500_000 peek s0 policy 0 cost 10
            2_500_000 refund s0 cost 3 id b version 1 time 0
            2_500_000 acquire s0 policy 0 cost 10
            """,
            """
            Intervals fill a bucket that was not empty, and a beat is counted once by a call at its very moment
            policy 0 | version 1 | carry AS_IS | 5/10s interval
            policy 1 | version 1 | carry AS_IS | 2/10s interval burst 6
            0 acquire s0 policy 0 cost 3
            0 acquire s1 policy 1 cost 5 id a
            0 acquire s2 policy 1 cost 5 id c
            10_000_000 peek s0 policy 0 cost 5
            10_000_000 acquire s0 policy 0 cost 4
            10_000_000 acquire s1 policy 1 cost 2 id b
            10_000_001 peek s1 policy 1 cost 2
            15_000_000 refund s1 cost 5 id a version 1 time 0
            15_000_000 acquire s1 policy 1 cost 6
            15_000_000 refund s2 cost 5 id c version 1 time 0
            15_000_000 peek s2 policy 1 cost 6
            """,
            """
            The beat of an interval is kept that is no multiple of the new period
            policy 0 | version 1 | carry AS_IS | 10/1m interval
            policy 1 | version 2 | carry AS_IS | 8/20s interval
            7_000_000 acquire s0 policy 0 cost 9
            57_000_000 peek s0 policy 1 cost 8
            """,
            """
            Where a bucket counts in seconds, permits return at whole ones
            policy 0 | version 1 | carry AS_IS | 999999937/1h
            300_000 acquire s0 policy 0 cost 999999937
            300_000 peek s0 policy 0 cost 1
            999_999 peek s0 policy 0 cost 1
            1_500_000 peek s0 policy 0 cost 999999937
            """,
            """
            Where a sliding window counts in seconds, the one before it fades at whole ones
            policy 0 | version 1 | carry AS_IS | 600000000000/1h sliding
            0 acquire s0 policy 0 cost 600000000000
            4_800_999_999 peek s0 policy 0 cost 200000000001
            4_801_000_000 acquire s0 policy 0 cost 200000000001
            """,
            """
            The window before this one weighs by the share of it that the last minute covers
            policy 0 | version 1 | carry AS_IS | 10/1m sliding
            0 acquire s0 policy 0 cost 8
            89_999_999 acquire s0 policy 0 cost 6
            90_000_000 acquire s0 policy 0 cost 7
            90_000_000 acquire s0 policy 0 cost 6
            90_000_000 acquire s0 policy 0 cost 1
            97_500_000 acquire s0 policy 0 cost 1
            """,
            """
            A sliding window that shrinks keeps of the one before no more than is used by now
            policy 0 | version 1 | carry AS_IS | 100/1m sliding
            policy 1 | version 2 | carry PROPORTIONAL | 10/1m sliding
            0 acquire s0 policy 0 cost 100
            90_000_000 acquire s0 policy 1 cost 5
            96_000_000 peek s0 policy 1 cost 1
            """,
            """
            A calendar quota is carried like other windows, but to another calendar
            policy 0 | version 1 | carry AS_IS | 10/month
            policy 1 | version 2 | carry ADDITIVE | 40/month
            policy 2 | version 3 | carry AS_IS | 40/month@Asia/Tokyo
            0 acquire s0 policy 0 cost 4
            1 acquire s0 policy 1 cost 1
            2 acquire s0 policy 2 cost 1
            """,
            """
            Charges of one microsecond are one entry of a log, of which each comes back once
            policy 0 | version 1 | carry AS_IS | 5/1h log
            0 acquire s0 policy 0 cost 1 id a
            0 acquire s0 policy 0 cost 1 id b
            0 refund s0 cost 1 id a version 1 time 0
            0 peek s0 policy 0 cost 1
            1_000_000 refund s0 cost 1 id b version 1 time 0
            1_000_000 peek s0 policy 0 cost 1
            """,
            """
            A penalty that the largest debt leaves no room for changes nothing
            policy 0 | version 1 | carry AS_IS | 2/10s log | 2/10s fixed | 2/10s interval | 9/1h
            0 penalize s0 policy 0 cost 4
            5_000_000 penalize s0 policy 0 cost 1
            5_000_000 peek s0 policy 0 cost 1
            """,
            """
            Each limit takes back what it may count still, up to the very microsecond, and a limit of 0 nothing
            policy 0 | version 1 | carry AS_IS | 10/10s | 20/1h fixed | 0/1s, shadow
            0 acquire s0 policy 0 cost 1 id a
            0 acquire s0 policy 0 cost 1 id b
            5_000_000 acquire s0 policy 0 cost 10
            9_999_999 refund s0 cost 1 id a version 1 time 0
            10_000_000 refund s0 cost 1 id b version 1 time 0
            10_000_000 peek s0 policy 0 cost 1
            """,
            """
            Ten years after its last change nothing is remembered of a key, though its refill takes longer
            policy 0 | version 1 | carry AS_IS | 1/3660d burst 5
            0 acquire s0 policy 0 cost 5
            316_223_999_999_999 peek s0 policy 0 cost 1
            316_224_000_000_000 peek s0 policy 0 cost 1
            """);

    private Corners() {}

    static int count() {
        return SCRIPTS.size();
    }

    /** The title of the corner of that place. */
    static String title(int index) {
        return SCRIPTS.get(index).lines().findFirst().orElseThrow();
    }

    /** The corner of that place as a history, with the answers that {@code ask} gets to an operation at a time. */
    static RecordedHistory recorded(int index, int number, BiFunction<CounterOperation, Long, String> ask) {
        long start = Micros.of(START);
        List<String> lines = new ArrayList<>(List.of("history " + number));
        SCRIPTS.get(index)
                .lines()
                .skip(1)
                .forEach(line -> lines.add(line.startsWith("policy ") ? line : step(line, start)));
        RecordedHistory asked = RecordedHistory.parse(lines).get(0);
        List<RecordedHistory.Step> answered = new ArrayList<>();
        for (RecordedHistory.Step step : asked.steps()) {
            answered.add(
                    new RecordedHistory.Step(step.time(), step.operation(), ask.apply(step.operation(), step.time())));
        }
        return new RecordedHistory(number, asked.policies(), answered);
    }

    private static String step(String line, long start) {
        int space = line.indexOf(' ');
        String rest = CHARGED_AT
                .matcher(line.substring(space))
                .replaceFirst(time -> " time " + (start + number(time.group(1))));
        return (start + number(line.substring(0, space))) + rest + " -> ";
    }

    private static long number(String text) {
        return Long.parseLong(text.replace("_", ""));
    }
}
