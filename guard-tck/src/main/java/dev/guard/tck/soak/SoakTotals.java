package dev.guard.tck.soak;

import dev.guard.domain.BackendUnavailableException.Reason;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/**
 * How many calls came to what, over all workers.
 *
 * @param longestMicros the longest call, in microseconds; nothing of which a difference could be taken
 * @param unavailable how many were, for each reason
 */
record SoakTotals(long allowed, long denied, long longestMicros, Map<Reason, Long> unavailable) {

    static final SoakTotals NONE = new SoakTotals(0, 0, 0, Map.of());

    /** The sum of answers, see {@link Callers#totals}. */
    static SoakTotals of(List<String> answers) {
        SoakTotals sum = NONE;
        for (String answer : answers) {
            StringTokenizer words = new StringTokenizer(answer);
            long allowed = Long.parseLong(words.nextToken());
            long denied = Long.parseLong(words.nextToken());
            long longest = Long.parseLong(words.nextToken());
            Map<Reason, Long> unavailable = new EnumMap<>(Reason.class);
            while (words.hasMoreTokens()) {
                String word = words.nextToken();
                int equals = word.indexOf('=');
                unavailable.put(Reason.valueOf(word.substring(0, equals)), Long.parseLong(word.substring(equals + 1)));
            }
            sum = sum.plus(new SoakTotals(allowed, denied, longest, unavailable));
        }
        return sum;
    }

    SoakTotals plus(SoakTotals other) {
        Map<Reason, Long> sum = new EnumMap<>(Reason.class);
        sum.putAll(unavailable);
        other.unavailable.forEach((reason, times) -> sum.merge(reason, times, Long::sum));
        return new SoakTotals(
                allowed + other.allowed, denied + other.denied, Math.max(longestMicros, other.longestMicros), sum);
    }

    /** What was added since; the longest call is this one's. */
    SoakTotals since(SoakTotals before) {
        Map<Reason, Long> more = new EnumMap<>(Reason.class);
        unavailable.forEach((reason, times) -> {
            long added = times - before.unavailable.getOrDefault(reason, 0L);
            if (added > 0) {
                more.put(reason, added);
            }
        });
        return new SoakTotals(allowed - before.allowed, denied - before.denied, longestMicros, more);
    }

    long failed() {
        return unavailable.values().stream().mapToLong(Long::longValue).sum();
    }

    long calls() {
        return allowed + denied + failed();
    }

    /** The reasons, and how many calls were unavailable for each. */
    String reasons() {
        List<String> texts = new ArrayList<>();
        unavailable.forEach((reason, times) -> texts.add(reason + " " + times));
        return texts.isEmpty() ? "–" : String.join(", ", texts);
    }

    @Override
    public String toString() {
        return calls() + " calls, " + allowed + " allowed, " + denied + " denied, unavailable " + reasons();
    }
}
