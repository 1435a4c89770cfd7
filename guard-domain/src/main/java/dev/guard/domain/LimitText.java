package dev.guard.domain;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.StringTokenizer;

/**
 * The grammar of limits, read and written. The words are few and each may stand only where it means something, so that
 * a typing error is an error and never another limit.
 */
final class LimitText {

    private static final String FORMS =
            "100/1m, 100/1m burst 20, 100/1m interval, 100/1m fixed, 100/1m fixed aligned, 100/1m sliding, 100/1m log,"
                    + " 5000/month@Europe/Berlin or concurrent 20 lease 30s";

    private static final String CALENDAR_UNITS = "day, week, month or year";

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
            case LOG -> rate + " log";
            case CALENDAR -> calendarText(numbers.permits(), Objects.requireNonNull(numbers.calendar(), "calendar"));
            case CONCURRENT -> "concurrent " + numbers.capacity() + " lease " + Periods.text(numbers.period());
        };
    }

    private static String calendarText(long permits, CalendarPeriod calendar) {
        String from = calendar.weekStart() == DayOfWeek.MONDAY
                ? ""
                : " from " + calendar.weekStart().name().toLowerCase(Locale.ROOT);
        return permits + "/" + calendar.unit().name().toLowerCase(Locale.ROOT) + "@" + zoneText(calendar.zone()) + from;
    }

    private static String zoneText(ZoneId zone) {
        return zone.equals(ZoneOffset.UTC) ? "UTC" : zone.getId();
    }

    private static Limit parse(List<String> words) {
        if (words.isEmpty()) {
            throw new GuardConfigurationException("is empty, expected a limit such as " + FORMS);
        }
        String rate = words.get(0);
        if (rate.equals("concurrent")) {
            return concurrent(words);
        }
        int slash = rate.indexOf('/');
        if (slash < 0 || !Digits.only(rate.substring(0, slash))) {
            throw new GuardConfigurationException("'" + rate + "' is not a rate, expected a limit such as " + FORMS);
        }
        long permits = Digits.saturated(rate.substring(0, slash));
        String period = rate.substring(slash + 1);
        Optional<CalendarPeriod.Unit> unit = calendarUnit(period);
        if (unit.isPresent()) {
            return calendar(permits, unit.get(), period, words.subList(1, words.size()));
        }
        requireDuration(period);
        return rated(permits, Periods.parse(period), words.subList(1, words.size()));
    }

    /** Refuses what looks like a calendar quota and is none, with more than a duration could say of it. */
    private static void requireDuration(String period) {
        int at = period.indexOf('@');
        if (at >= 0) {
            throw new GuardConfigurationException(
                    "'" + period.substring(0, at) + "' has no time zone, expected " + CALENDAR_UNITS + " before '@'");
        }
        if (Digits.leading(period) == 0) {
            throw new GuardConfigurationException(
                    "'" + period + "' is not a period, expected " + Periods.FORM + ", or " + CALENDAR_UNITS);
        }
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
            case "log" -> {
                end(words.subList(1, words.size()), "log");
                yield Limit.ofEntries(Algorithm.LOG, permits, period);
            }
            default -> throw unexpected(kind, "nothing, burst, interval, fixed, sliding or log after the rate");
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

    private static Limit concurrent(List<String> words) {
        if (words.size() < 2 || !Digits.only(words.get(1))) {
            throw new GuardConfigurationException("expected a number of permits after concurrent"
                    + (words.size() < 2 ? "" : ", found '" + words.get(1) + "'"));
        }
        if (words.size() < 4 || !words.get(2).equals("lease")) {
            throw new GuardConfigurationException("expected a lease after concurrent " + words.get(1)
                    + ", such as lease 30s"
                    + (words.size() < 3 ? "" : ", found '" + String.join(" ", words.subList(2, words.size())) + "'"));
        }
        end(words.subList(4, words.size()), "lease " + words.get(3));
        return Limit.ofEntries(Algorithm.CONCURRENT, Digits.saturated(words.get(1)), Periods.parse(words.get(3)));
    }

    private static Limit calendar(long permits, CalendarPeriod.Unit unit, String period, List<String> words) {
        return Limit.of(CalendarPeriod.of(unit, zone(period), weekStart(unit, words)), permits);
    }

    private static DayOfWeek weekStart(CalendarPeriod.Unit unit, List<String> words) {
        if (words.isEmpty()) {
            return DayOfWeek.MONDAY;
        }
        boolean from = words.get(0).equals("from");
        if (unit != CalendarPeriod.Unit.WEEK) {
            throw unexpected(
                    words.get(0), "nothing after a calendar quota" + (from ? ": only weeks have a first day" : ""));
        }
        if (!from) {
            throw unexpected(words.get(0), "nothing or from after a week");
        }
        if (words.size() < 2) {
            throw new GuardConfigurationException("expected a day of the week after from, such as sunday");
        }
        end(words.subList(2, words.size()), "from " + words.get(1));
        return dayOfWeek(words.get(1));
    }

    private static Optional<CalendarPeriod.Unit> calendarUnit(String period) {
        int at = period.indexOf('@');
        return switch (at < 0 ? period : period.substring(0, at)) {
            case "day" -> Optional.of(CalendarPeriod.Unit.DAY);
            case "week" -> Optional.of(CalendarPeriod.Unit.WEEK);
            case "month" -> Optional.of(CalendarPeriod.Unit.MONTH);
            case "year" -> Optional.of(CalendarPeriod.Unit.YEAR);
            default -> Optional.empty();
        };
    }

    private static ZoneId zone(String period) {
        int at = period.indexOf('@');
        if (at < 0) {
            return ZoneOffset.UTC;
        }
        String zone = period.substring(at + 1);
        try {
            return ZoneId.of(zone);
        } catch (DateTimeException e) {
            throw new GuardConfigurationException(
                    "'" + zone + "' is not a time zone, expected one such as Europe/Berlin, UTC or +02:00");
        }
    }

    private static DayOfWeek dayOfWeek(String text) {
        for (DayOfWeek day : DayOfWeek.values()) {
            if (day.name().toLowerCase(Locale.ROOT).equals(text)) {
                return day;
            }
        }
        throw new GuardConfigurationException(
                "'" + text + "' is not a day of the week, expected monday, tuesday, wednesday, thursday, friday,"
                        + " saturday or sunday");
    }

    private static GuardConfigurationException unexpected(String word, String expected) {
        return new GuardConfigurationException("'" + word + "' was not expected there, expected " + expected);
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
