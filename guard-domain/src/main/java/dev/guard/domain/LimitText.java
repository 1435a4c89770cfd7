package dev.guard.domain;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringTokenizer;

/**
 * The grammar of limits, read and written. The words are few and each may stand only where it means something, so that
 * a typing error is an error and never another limit.
 */
final class LimitText {

    private static final String FORMS =
            "100/1m, 100/1m burst 20, 100/1m interval, 100/1m fixed, 100/1m fixed aligned or 100/1m sliding";

    private LimitText() {}

    static Limit parse(String text) {
        try {
            return parse(words(text));
        } catch (GuardConfigurationException e) {
            throw new GuardConfigurationException("limit '" + text + "': " + e.detail());
        }
    }

    static String of(LimitNumbers numbers) {
        String rate = numbers.permits() + "/" + Periods.text(numbers.period());
        String burst = numbers.capacity() == numbers.permits() ? "" : " burst " + numbers.capacity();
        return switch (numbers.algorithm()) {
            case GREEDY -> rate + burst;
            case INTERVAL -> rate + " interval" + burst;
            case FIXED -> rate + " fixed";
            case ALIGNED -> rate + " fixed aligned";
            case SLIDING -> rate + " sliding";
        };
    }

    private static Limit parse(List<String> words) {
        if (words.isEmpty()) {
            throw new GuardConfigurationException("is empty, expected a limit such as " + FORMS);
        }
        String rate = words.get(0);
        if (rate.equals("concurrent")) {
            throw notYet("concurrency limits");
        }
        int slash = rate.indexOf('/');
        if (slash < 0 || !Digits.only(rate.substring(0, slash))) {
            throw new GuardConfigurationException("'" + rate + "' is not a rate, expected a limit such as " + FORMS);
        }
        long permits = Digits.saturated(rate.substring(0, slash));
        String period = rate.substring(slash + 1);
        if (isCalendar(period)) {
            throw notYet("calendar quotas");
        }
        return rated(permits, Periods.parse(period), words.subList(1, words.size()));
    }

    private static Limit rated(long permits, long period, List<String> words) {
        String kind = words.isEmpty() ? "burst" : words.get(0);
        return switch (kind) {
            case "burst" -> bucket(Algorithm.GREEDY, permits, period, words);
            case "interval" -> bucket(Algorithm.INTERVAL, permits, period, words.subList(1, words.size()));
            case "fixed" -> fixed(permits, period, words.subList(1, words.size()));
            case "sliding" -> {
                end(words.subList(1, words.size()), "sliding");
                yield Limit.of(Algorithm.SLIDING, permits, permits, period);
            }
            case "log" -> throw notYet("sliding window logs");
            default -> throw unexpected(kind, "nothing, burst, interval, fixed or sliding after the rate");
        };
    }

    private static Limit bucket(Algorithm refill, long permits, long period, List<String> words) {
        if (words.isEmpty()) {
            return Limit.of(refill, permits, permits, period);
        }
        if (!words.get(0).equals("burst")) {
            throw unexpected(words.get(0), "nothing or burst after interval");
        }
        if (words.size() < 2 || !Digits.only(words.get(1))) {
            throw new GuardConfigurationException("expected a number of permits after burst"
                    + (words.size() < 2 ? "" : ", found '" + words.get(1) + "'"));
        }
        end(words.subList(2, words.size()), "burst " + words.get(1));
        return Limit.of(refill, Digits.saturated(words.get(1)), permits, period);
    }

    private static Limit fixed(long permits, long period, List<String> words) {
        if (words.isEmpty()) {
            return Limit.of(Algorithm.FIXED, permits, permits, period);
        }
        if (!words.get(0).equals("aligned")) {
            throw unexpected(words.get(0), "nothing or aligned after fixed");
        }
        end(words.subList(1, words.size()), "aligned");
        return Limit.of(Algorithm.ALIGNED, permits, permits, period);
    }

    private static void end(List<String> words, String after) {
        if (!words.isEmpty()) {
            throw unexpected(words.get(0), "nothing after " + after);
        }
    }

    private static boolean isCalendar(String period) {
        int at = period.indexOf('@');
        String unit = at < 0 ? period : period.substring(0, at);
        return switch (unit.toLowerCase(Locale.ROOT)) {
            case "day", "week", "month", "year" -> true;
            default -> false;
        };
    }

    private static GuardConfigurationException unexpected(String word, String expected) {
        return new GuardConfigurationException("'" + word + "' was not expected there, expected " + expected);
    }

    private static GuardConfigurationException notYet(String what) {
        return new GuardConfigurationException(
                what + " are not supported by this version of guard, expected a limit such as " + FORMS);
    }

    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        StringTokenizer tokens = new StringTokenizer(text, " \t");
        while (tokens.hasMoreTokens()) {
            words.add(tokens.nextToken());
        }
        return words;
    }
}
